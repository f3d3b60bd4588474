// SPDX-License-Identifier: Apache-2.0
// The options of `check`, and what they may be.
import { type Command, InvalidArgumentError, Option } from 'commander'
import { attachOption, loaderOption, collect, setOption } from './settings.ts'
import { formats } from './flags.ts'

export function addCheckOptions(command: Command): Command {
  const several = (flags: string, words: string): Option => new Option(flags, words).default([]).argParser(collect)
  return command
    .addOption(several('-p, --prog <name>', 'only programs of this name, with * and ? (may repeat)'))
    .option(
      '-t, --type <type>',
      'program type for sections that libbpf does not know: xdp, sched_cls …; the others keep theirs',
    )
    .addOption(new Option('-f, --format <format>', 'how to print').choices([...formats]).default('pretty'))
    .option('-o, --output-file <file>', 'print there instead: the file is there whole, or as it was')
    .option('-w, --watch', 'judge again whenever an object changes, until interrupted')
    .option('-q, --quiet', 'only what is not accepted: no summary, no notes about the kernel, no progress')
    .addOption(
      several(
        '--filter <filter>',
        "only what fits, as veristat has it: 'insns>1000', 'verdict=reject', 'file/prog', '!name' (may repeat)",
      ),
    )
    .option('-s, --sort <keys>', "in this order: 'insns', 'prog^,states' (^ the least first, ! the most)")
    .option('-n, --top <n>', 'no more than so many', positive)
    .addOption(several('--path-map <from=to>', 'write source paths that begin with FROM with TO instead (may repeat)'))
    .option('--no-sources', 'explain without the C files, where those that the object names are here')
    .addOption(
      new Option('-l, --log [level]', "print the verifier's log, in the kernel's format, as at level 1 or 2")
        .preset('1')
        .argParser(logLevel),
    )
    .option(
      '--baseline <file>',
      'results of an earlier run (--format json): what was refused there, for the same reason, may be',
    )
    .option(
      '--expect',
      "ask whether programs come out as their own tags say (__success, __failure, __msg … of the selftests' bpf_misc.h)",
    )
    .addOption(setOption())
    .addOption(attachOption())
    .addOption(loaderOption())
    .option('-j, --jobs <n>', 'objects judged at a time', positive, 1)
    .option('--cpus <n>', 'CPUs that the machine has, which bounds bpf_get_smp_processor_id() (8192)', positive)
    .option('--timeout <seconds>', 'give up on a program after so long: unsupported, the others go on', seconds)
    .option('--total-timeout <seconds>', 'the same for all programs of an object', seconds)
    .option('--total-insns <n>', 'give up on an object whose programs take more together (4000000)', positive)
    .option('--max-insns <n>', "give up where the walk processes more (the kernel's own limit is 1000000)", positive)
    .option('--max-memory <MiB>', 'give up where a program takes more', positive)
    .option('--legacy-maps', 'read SEC("maps") of structs, which libbpf 1.x refuses')
    .addHelpText('after', help)
}

const help = `
An object is a file, a folder (every BPF object *.o in it and below) or a quoted pattern: 'build/**/*.bpf.o'.

Figures for --filter and --sort: insns, states, peak_states, max_states_per_insn, size, stack, duration; file, prog, verdict, code, type.
They choose what is shown; a filter that is only a name ('xdp_*', 'file/prog') also what is judged.

Exit status: 0 every program is accepted; 1 one is not (rejected, not loadable, or not judged);
2 wrong usage or an object that cannot be read; 3 a bug of ours, which says so. NO_COLOR and FORCE_COLOR are honoured.

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
  if (value !== '1' && value !== '2') throw new InvalidArgumentError('1 or 2')
  return value === '1' ? 1 : 2
}

function seconds(value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new InvalidArgumentError('seconds, more than 0')
  return number
}

/** A number of something that may be none. */
export function whole(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('a number of 0 or more')
  return number
}

/** What a count may be. */
export function positive(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('a number of 1 or more')
  return number
}
