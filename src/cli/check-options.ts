// SPDX-License-Identifier: Apache-2.0
// The options of `check`, and what they may be.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { attachOption, legacyMapsOption, loaderOption, repeatable, setOption } from './settings.ts'
import { formats } from './flags.ts'

export function addCheckOptions(command: Command): Command {
  return command
    .optionsGroup('What to check:')
    .addOption(repeatable('-p, --prog <name>', 'only programs with this name; * and ? match (repeatable)'))
    .option('-t, --type <type>', 'the program type of sections that libbpf does not know: xdp, sched_cls …')
    .addOption(setOption())
    .addOption(attachOption())
    .option(
      '--target <object[:program]>',
      'the object with the program of which freplace programs replace functions; default: its first program that has the function',
    )
    .addOption(loaderOption())
    .addOption(legacyMapsOption())
    .optionsGroup('What to print:')
    .addOption(new Option('-f, --format <format>', 'output format').choices([...formats]).default('pretty'))
    .option('-o, --output-file <file>', 'write the output to this file (all of it, or nothing)')
    .option('-w, --watch', 'check again whenever an object changes, until interrupted')
    .option('-q, --quiet', 'print only what is not accepted: no summary, notes about the kernel or progress')
    .addOption(
      repeatable(
        '--filter <filter>',
        "show only what matches, as in veristat: 'insns>1000', 'verdict=reject', 'file/prog', '!name' (repeatable)",
      ),
    )
    .option('-s, --sort <keys>', "sort by these: 'insns', 'prog^,states' (^ ascending, ! descending)")
    .option('-n, --top <n>', 'show only the first N programs', positive)
    .addOption(repeatable('--path-map <from=to>', 'replace the prefix FROM of source paths by TO (repeatable)'))
    .option('--no-sources', 'do not read the C files that the object names, even if they are here')
    .addOption(
      new Option('-l, --log [level]', "print the verifier's log, in the kernel's format (1 or 2)")
        .preset('1')
        .argParser(logLevel),
    )
    .optionsGroup('What to expect:')
    .option(
      '--baseline <file>',
      'results of an earlier run (--format json): programs rejected there may be rejected again, for the same reason',
    )
    .option(
      '--expect',
      "expect what the tags of programs say (__success, __failure, __msg … of the selftests' bpf_misc.h)",
    )
    .optionsGroup('Limits:')
    .option('-j, --jobs <n>', 'how many objects to check in parallel', positive, 1)
    .option(
      '--cpus <n>',
      'how many CPUs the machine has, which bounds bpf_get_smp_processor_id() (default: 8192)',
      positive,
    )
    .option(
      '--timeout <seconds>',
      'give up on a program after this long (it is then unsupported) and go on with the next',
      seconds,
    )
    .option('--total-timeout <seconds>', 'the same for all programs of an object together', seconds)
    .option(
      '--total-insns <n>',
      'give up on an object whose programs take more instructions together (default: 4000000)',
      positive,
    )
    .option(
      '--max-insns <n>',
      "give up on a program that takes more instructions (the kernel's own limit: 1000000)",
      positive,
    )
    .option('--max-memory <MiB>', 'give up on a program that takes more memory', positive)
    .addHelpText('after', help)
}

const help = `
An object is a file, a folder (all BPF objects *.o in and below it) or a quoted pattern: 'build/**/*.bpf.o'.

Figures for --filter and --sort: insns, states, peak_states, max_states_per_insn, size, stack, duration; file, prog, verdict, code, type.
They select what is shown; a filter that is only a name ('xdp_*', 'file/prog') also selects what is checked.

Exit status: 0 every program is accepted; 1 one is not (rejected, not loadable, or not judged);
2 wrong usage, or an object that cannot be read; 3 a bug in kfuncs, which it says. NO_COLOR and FORCE_COLOR are honoured.

Examples:
  kfuncs check prog.bpf.o
  kfuncs check build --filter 'insns>1000' --sort insns --top 10 --format table
  kfuncs check --kernel /boot/vmlinuz --prog 'xdp_*' --log 2 prog.bpf.o
  kfuncs check --format json build/*.bpf.o | jq -r 'select(.verdict != "accept") | .program'`

/** `--log` before an object is not given a level by it: a level is a number, whatever else follows is the next argument. */
export function withLogLevels(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--')
  return args.flatMap((arg, i) => {
    const option = end >= 0 && i > end ? undefined : logOption.exec(arg)?.[0]
    if (option !== undefined) return isLevel(args[i + 1]) ? [] : [`--log=1`]
    const before = i > 0 && (end < 0 || i < end) ? logOption.exec(args[i - 1]!) : null
    return before !== null && isLevel(arg) ? [`--log=${arg}`] : [arg]
  })
}

const logOption = /^(?:-l|--log)$/
const isLevel = (arg: string | undefined): boolean => /^\d+$/.test(arg ?? '')

function logLevel(value: string): 1 | 2 {
  if (value !== '1' && value !== '2') throw new InvalidArgumentError('must be 1 or 2')
  return value === '1' ? 1 : 2
}

function seconds(value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new InvalidArgumentError('must be a number of seconds, more than 0')
  return number
}

/** A number of something that may be none. */
export function whole(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('must be a whole number, 0 or more')
  return number
}

/** A CPU that a machine may have. */
export function cpuNumber(value: string): number {
  const number = whole(value)
  if (number >= MOST_CPUS) throw new InvalidArgumentError(`must be less than ${MOST_CPUS}`)
  return number
}
/** As many as createMachine() takes: CONFIG_NR_CPUS of the bundled kernels. */
const MOST_CPUS = 8192

/** What a count may be. */
export function positive(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('must be a whole number, 1 or more')
  return number
}
