// SPDX-License-Identifier: Apache-2.0
// The command line: verbs and their options. What a verb does is in the file of its name, loaded when it is called.
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander'
import { printableLines } from '../fault/index.ts'
import type { BtfFlags } from './btf.ts'
import { addCheckOptions, cpuNumber, positive, whole, withLogLevels } from './check-options.ts'
import {
  attachOption,
  legacyMapsOption,
  loaderOption,
  mapOption,
  progTypeOption,
  repeatable,
  setOption,
} from './settings.ts'
import type { RunFlags } from './run.ts'
import type { CompareFlags } from './compare.ts'
import type { DisasmFlags } from './disasm.ts'
import type { ExplainFlags } from './explain.ts'
import type { CheckFlags } from './flags.ts'
import type { GenFlags, HeaderFlags, SkeletonFlags } from './gen.ts'
import type { ListFlags } from './list.ts'
import type { ShowFlags } from './show.ts'
import type { TestFlags } from './test.ts'
import { testFormats } from './testing/print.ts'
import { complain, UsageError } from './usage.ts'
import { version } from './version.ts'

/** The exit status: 0 well, 1 a program was not accepted, 2 usage or unreadable input, 3 a bug of ours. */
export async function main(args: readonly string[]): Promise<number> {
  let status = 0
  const program = new Command('kfuncs')
    .description(
      'BPF kernel functions (kfuncs): check BPF objects as the kernel does, run them, and see which kfuncs a kernel has.',
    )
    .version(version)
    .exitOverride()
    // What it complains of is an argument, which may be a file's name.
    .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
    .configureHelp({ sortSubcommands: false, optionDescription })
  const kernelOption = () =>
    new Option(
      '-k, --kernel <kernel>',
      'the kernel: a bundled one (6.12, 6.12-scx, 7.3) or a file (vmlinuz, vmlinux, raw BTF, profile)',
    ).default('6.12')
  const configOption = () =>
    new Option(
      '--config <file>',
      "the kernel's configuration, if its image does not contain it: /boot/config-*, /proc/config.gz",
    )
  const moduleOption = () =>
    repeatable('-m, --module <file>', 'add a module to the kernel: host.json, host.ts, x.ko (repeatable)')

  const coverageOption = () =>
    new Option('--coverage <file>', 'write which C lines ran, and how often, to this file, in lcov format')
  const pathMapOption = () =>
    repeatable('--path-map <from=to>', 'with --coverage: replace the prefix FROM of source paths by TO (repeatable)')

  const check = program
    .command('check')
    .description('check every program of BPF objects as the kernel would, and explain what is rejected')
    .argument('<object...>', 'BPF object files, folders or patterns; - reads one from standard input')
    .optionsGroup('Kernel:')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
  addCheckOptions(check).action(async (objects: string[], flags: CheckFlags) => {
    status = await (await import('./check.ts')).check(objects, flags)
  })
  const formatOption = () =>
    new Option('-f, --format <format>', 'output format').choices(['pretty', 'json']).default('pretty')
  program
    .command('compare')
    .description('compare the results of two runs of check, program by program')
    .argument('<base>', 'the earlier results: check --format json, or CSV (ours or veristat’s)')
    .argument('<now>', 'the later results')
    .addOption(formatOption())
    .option('--threshold <percent>', 'how much the instructions or states of an accepted program may grow', percent)
    .addHelpText('after', compareHelp)
    .action(async (base: string, now: string, flags: CompareFlags) => {
      status = (await import('./compare.ts')).compare(base, now, flags)
    })
  program
    .command('disasm')
    .description('disassemble an object, with C lines and with kfunc and map names resolved')
    .argument('<object>', 'a BPF object file, or - for standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .option('-p, --prog <name>', 'only this program')
    .addOption(progTypeOption())
    .addOption(loaderOption())
    .addOption(legacyMapsOption())
    .addOption(formatOption())
    .action(async (object: string, flags: DisasmFlags) => {
      status = await (await import('./disasm.ts')).disasm(object, flags)
    })
  program
    .command('run')
    .description('run a program of an object as WebAssembly on a modelled kernel; print its result and what it changed')
    .argument('<object>', 'a BPF object file (with --raw, a file of bare instructions), or - for standard input')
    .optionsGroup('Kernel:')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .optionsGroup('Input:')
    .option('-p, --prog <name>', 'the program to run; needed if the object has several')
    .option(
      '--data <hex>',
      'the packet: hexadecimal digits or @FILE; of a capture (pcap, pcapng), every packet; default: 64 zero bytes',
    )
    .option('--ctx <ctx>', "the context: '{\"mark\": 5}', a list of arguments '[1, 2]', hexadecimal digits or @FILE")
    .addOption(setOption())
    .addOption(mapOption())
    .addOption(attachOption())
    .addOption(
      repeatable(
        '--replace <object[:program]>',
        'attach the freplace programs of another object, or one of them, to the program, in place of functions of it (repeatable)',
      ),
    )
    .addOption(progTypeOption())
    .addOption(loaderOption())
    .addOption(legacyMapsOption())
    .option(
      '--args <json>',
      'arguments for programs that have no test run (kprobes, tracepoints, LSM hooks …); missing ones are 0: \'[1, "0xffff", "text", {"task": {"pid": 42}}, {"file": "/etc/passwd"}, {"skb": "FRAME", "mark": 5}, {"struct": "sock", "sk_mark": 7}]\'',
    )
    .option(
      '--socket <json>',
      'the socket that sockops, sk_msg, cgroup/connect4 and similar programs are called for: \'{"local": "10.0.0.1:80", "remote": "10.0.0.2:4000", "sk_mark": 7}\'; --data is the message, packet or option value',
    )
    .option('--returned <json>', 'the return value of the function, for fexit, kretprobe and LSM programs')
    .optionsGroup('Machine:')
    .option('--repeat <n>', 'run it N times on the same packet, and print the time of a run', positive)
    .option('--cpu <n>', 'the CPU to run on (default: 0)', cpuNumber)
    .option('--seed <n>', 'the seed of random numbers (default: 0)', whole)
    .optionsGroup('Output:')
    .addOption(
      repeatable(
        '-t, --type <name>',
        'print records of ring buffers and perf event arrays as this struct; for one map: events=event (repeatable)',
      ),
    )
    .option('--sanitize', 'check each access and register against what the verifier proved, instruction by instruction')
    .option(
      '--trace',
      'print each instruction executed to standard error, with its C line and the registers it changed',
    )
    .addOption(coverageOption())
    .addOption(pathMapOption())
    .addOption(new Option('--format <format>', 'output format').choices(['text', 'json']).default('text'))
    .optionsGroup('Bare instructions:')
    .option('--raw', 'run a file of bare instructions (hexadecimal digits, bytes or assembly) and print r0')
    .option(
      '--memory <hex>',
      'with --raw: the memory that r1 points to (r2 is its length): hexadecimal digits or @FILE',
    )
    .option('--max-insns <n>', 'with --raw: execute at most this many instructions (default: 1000000000)', positive)
    .option(
      '--interpret',
      'with --raw: interpret instead of compiling; slower, but says what reaches beyond the memory',
    )
    .addHelpText('after', runHelp)
    .action(async (file: string, flags: RunFlags) => {
      status = await (await import('./run.ts')).run(file, flags)
    })
  program
    .command('test')
    .description('run the C tests in BPF objects on a modelled kernel')
    .argument('<object...>', 'BPF object files, folders or patterns; - reads one from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .addOption(repeatable('-n, --name <name>', 'only tests with this name; * and ? match (repeatable)'))
    .addOption(setOption())
    .addOption(mapOption())
    .addOption(attachOption())
    .addOption(progTypeOption())
    .addOption(loaderOption())
    .addOption(legacyMapsOption())
    .option('--cpu <n>', 'the CPU to run tests on (default: 0)', cpuNumber)
    .option('--seed <n>', 'the seed of random numbers (default: 0)', whole)
    .option('--sanitize', 'check each access and register against what the verifier proved, instruction by instruction')
    .option(
      '--trace',
      'print each instruction executed to standard error, with its C line and the registers it changed',
    )
    .addOption(new Option('-f, --format <format>', 'output format').choices([...testFormats]).default('pretty'))
    .option('-o, --output-file <file>', 'write the output to this file (all of it, or nothing)')
    .option('-q, --quiet', 'print only what does not pass')
    .addOption(coverageOption())
    .addOption(pathMapOption())
    .addHelpText('after', testHelp)
    .action(async (objects: string[], flags: TestFlags) => {
      status = await (await import('./test.ts')).test(objects, flags)
    })
  program
    .command('show')
    .description('show a kfunc: its prototype, what each argument must be, who may call it, a minimal use')
    .argument('<kfunc>')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  kfuncs show bpf_task_from_pid --kernel 7.3')
    .action(async (name: string, flags: ShowFlags) => {
      status = await (await import('./show.ts')).show(name, flags)
    })
  program
    .command('list')
    .description('list the kfuncs of a kernel, with their flags and who may call them')
    .argument('[text]', 'only names that contain this')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .option('-t, --type <type>', 'only kfuncs that this program type may call')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  kfuncs list cgroup --type lsm')
    .action(async (text: string | undefined, flags: ListFlags) => {
      status = await (await import('./list.ts')).list(text, flags)
    })
  program
    .command('btf')
    .description('print the types of an object, a kernel or a module')
    .command('dump')
    .description('print types as C that a program can include, or as JSON')
    .argument('<source>', 'a BPF object, a bundled kernel (6.12, 6.12-scx, 7.3), vmlinuz, vmlinux, raw BTF, x.ko')
    .addOption(kernelOption())
    .addOption(new Option('-f, --format <format>', 'output format').choices(['c', 'json']).default('c'))
    .addOption(
      repeatable('-t, --type <name>', 'only this type, function or variable, and in C what it needs (repeatable)'),
    )
    .option('-o, --output-file <file>', 'write the output to this file (all of it, or nothing)')
    .action(async (source: string, flags: BtfFlags) => {
      status = await (await import('./btf.ts')).dumpBtf(source, flags)
    })
  const gen = program
    .command('gen')
    .description('generate TypeScript for a module or an object, or a C header of kfuncs')
  const outputOption = () =>
    new Option('-o, --output-file <file>', 'write the output to this file (all of it, or nothing)')
  gen
    .command('types')
    .description("generate the .d.ts of a module's bodies: what each takes and returns")
    .argument('<module>', 'host.ts, host.json, or C text with __bpf_kfunc prototypes: host.c')
    .addOption(kernelOption())
    .addOption(outputOption())
    .action(async (source: string, flags: GenFlags) => {
      status = await (await import('./gen.ts')).genTypes(source, flags)
    })
  gen
    .command('skeleton')
    .description('generate a typed view of an object, which it contains: maps, global variables, programs')
    .argument('<object>', 'a BPF object file')
    .option('--name <name>', 'its name (default: the name of the file)')
    .addOption(
      repeatable(
        '-t, --type <name>',
        'also this struct, such as that of records; those of maps and variables are always there (repeatable)',
      ),
    )
    .addOption(loaderOption())
    .addOption(legacyMapsOption())
    .addOption(outputOption())
    .action(async (path: string, flags: SkeletonFlags) => {
      status = (await import('./gen.ts')).genSkeleton(path, flags)
    })
  gen
    .command('header')
    .description('generate the C header of kfuncs that programs include')
    .argument('<source>', 'host.ts, host.json, host.c; a bundled kernel, vmlinuz, vmlinux, raw BTF, x.ko')
    .addOption(kernelOption())
    .addOption(repeatable('--kfunc <name>', 'only kfuncs with this name; * and ? match (repeatable)'))
    .option('--weak', 'declare them __weak: programs test with bpf_ksym_exists() before calling')
    .addOption(outputOption())
    .action(async (source: string, flags: HeaderFlags) => {
      status = await (await import('./gen.ts')).genHeader(source, flags)
    })
  program
    .command('explain')
    .description('explain a diagnostic code: the rule, a program that breaks it, and one that keeps it')
    .argument('[code]', 'such as KF012; default: every code')
    .addOption(formatOption())
    .action(async (code: string | undefined, flags: ExplainFlags) => {
      status = await (await import('./explain.ts')).explainCode(code, flags)
    })
  try {
    await program.parseAsync([...withLogLevels(args)], { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof UsageError)) throw error
    complain(error.message)
    return 2
  }
}

/** What an option is for, with its default; of a list, which is empty until it is given, without. */
const optionDescription = (option: Option): string =>
  Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option)

const runHelp = `
Exit status: 0 the program ran; 1 it is not accepted, or cannot be run; 2 wrong usage, or a file that cannot be read;
3 a bug in kfuncs, which it says.

Examples:
  kfuncs run xdp.bpf.o --data @packet.bin
  kfuncs run firewall.bpf.o --prog drop_tcp --data traffic.pcap --map 'blocked[80]=1'
  kfuncs run trace.bpf.o --prog on_open --args '[{"file": "/etc/passwd"}]' --trace`

const testHelp = `
A test is a program with the tags of the kernel's selftests (__success, __failure, __msg, __retval … of bpf_misc.h), which is loaded, and
run if it has a __retval; or, as in Cilium, programs in sections TYPE/test/NAME/pktgen, …/setup and …/check (docs/testing.md).

Exit status: 0 every test passed or was skipped; 1 a test failed or could not be run; 2 wrong usage, or an object that cannot be read
or has no tests; 3 a bug in kfuncs, which it says.

Example:
  kfuncs test build/tests --name 'ipv6_*' --format junit --output-file tests.xml`

const compareHelp = `
Exit status: 0 nothing got worse; 1 a program that was accepted is not any more, a new one is not accepted, or one grew beyond
--threshold; 2 a file cannot be read. Programs that were rejected before may still be rejected.

Example:
  kfuncs check --format json build > now.json; kfuncs compare base.json now.json --threshold 10`

function percent(value: string): number {
  const number = Number(value.replace(/%$/, ''))
  if (!(number >= 0)) throw new InvalidArgumentError('must be a percentage, 0 or more')
  return number
}
