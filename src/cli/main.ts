// SPDX-License-Identifier: Apache-2.0
// The command line: verbs and their options. What a verb does is in the file of its name, loaded when it is called.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { printableLines } from '../fault/index.ts'
import type { BtfFlags } from './btf.ts'
import { addCheckOptions, positive, whole, withLogLevels } from './check-options.ts'
import { attachOption, collect, loaderOption, mapOption, setOption } from './settings.ts'
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
    .description('BPF kernel functions: will the kernel take this object, and if not, why?')
    .version(version)
    .exitOverride()
    // What it complains of is an argument, which may be a file's name.
    .configureOutput({ writeErr: (text) => process.stderr.write(printableLines(text)) })
    .configureHelp({ sortSubcommands: false })
  const kernelOption = () =>
    new Option(
      '-k, --kernel <kernel>',
      'a bundled kernel (6.12, 6.12-scx, 7.3), or a file: vmlinuz, vmlinux, raw BTF, profile',
    ).default('6.12')
  const configOption = () =>
    new Option(
      '--config <file>',
      "the kernel's configuration, where its image holds none: /boot/config-*, /proc/config.gz",
    )
  const moduleOption = () =>
    new Option('-m, --module <file>', 'a module on top: host.json, host.ts, x.ko (may repeat)')
      .default([])
      .argParser(collect)

  const coverageOption = () =>
    new Option('--coverage <file>', "lines of C that ran, and how often, in lcov's format, which runners' own join")
  const pathMapOption = () =>
    new Option('--path-map <from=to>', 'coverage: source paths that begin with FROM begin with TO instead (may repeat)')
      .default([])
      .argParser(collect)

  const check = program
    .command('check')
    .description('judge every program of BPF objects as the kernel would')
    .argument('<object...>', 'BPF object files, folders of them, patterns; - reads one from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
  addCheckOptions(check).action(async (objects: string[], flags: CheckFlags) => {
    status = await (await import('./check.ts')).check(objects, flags)
  })
  const formatOption = () =>
    new Option('-f, --format <format>', 'how to print').choices(['pretty', 'json']).default('pretty')
  program
    .command('compare')
    .description('what became of each program between two runs of check')
    .argument('<base>', 'check --format json of before; also CSV, ours or veristat’s')
    .argument('<now>', 'the same of now')
    .addOption(formatOption())
    .option('--threshold <percent>', 'how much instructions or states of an accepted program may grow', percent)
    .addHelpText('after', compareHelp)
    .action(async (base: string, now: string, flags: CompareFlags) => {
      status = (await import('./compare.ts')).compare(base, now, flags)
    })
  program
    .command('disasm')
    .description('instructions with their C lines, kfunc and map names resolved')
    .argument('<object>', 'a BPF object file; - reads it from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .option('-p, --prog <name>', 'only this program')
    .addOption(loaderOption())
    .addOption(formatOption())
    .action(async (object: string, flags: DisasmFlags) => {
      status = await (await import('./disasm.ts')).disasm(object, flags)
    })
  program
    .command('run')
    .description('one program of an object on a modelled kernel, as WebAssembly: its result, and what changed')
    .argument('<object>', 'a BPF object file; with --raw a file of bare instructions; - reads it from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .option('-p, --prog <name>', 'the program: needed where the object has several')
    .option(
      '--data <hex>',
      'the packet: hexadecimal digits, or @FILE; each packet of FILE.pcap, pcap or pcapng; 64 bytes of zero unless told',
    )
    .option('--ctx <ctx>', "the context: '{\"mark\": 5}', a list of arguments '[1, 2]', hexadecimal digits, or @FILE")
    .addOption(setOption())
    .addOption(mapOption())
    .addOption(
      new Option(
        '-t, --type <name>',
        'the struct that records of ring buffers and perf event arrays are, or of one map: events=event (may repeat)',
      )
        .default([])
        .argParser(collect),
    )
    .addOption(attachOption())
    .addOption(loaderOption())
    .option(
      '--args <json>',
      'what programs without a test run are called with (kprobes, tracepoints, LSM hooks …), 0 for what is missing: \'[1, "0xffff", "text", {"task": {"pid": 42}}, {"file": "/etc/passwd"}, {"struct": "sock", "sk_mark": 7}]\'',
    )
    .option(
      '--socket <json>',
      'whom programs on sockets are called about (sockops, sk_msg, cgroup/connect4 …): \'{"local": "10.0.0.1:80", "remote": "10.0.0.2:4000", "sk_mark": 7}\'; --data is their message, packet or option value',
    )
    .option('--returned <json>', 'what the function answered: of fexit, kretprobe and LSM programs')
    .option('--repeat <n>', 'so many times, on the same packet; tells the time of a run', positive)
    .option('--cpu <n>', 'the number of the CPU that it runs on (0)', whole)
    .option('--seed <n>', 'what random numbers follow from (0)', whole)
    .option('--sanitize', 'an instruction at a time, each access and register held to what the verifier proved')
    .option(
      '--trace',
      'tell each instruction that is executed, with its line of C and the registers that it changed, on standard error',
    )
    .addOption(coverageOption())
    .addOption(pathMapOption())
    .option('--raw', 'the file is bare instructions (hexadecimal digits, bytes or assembly) of no object; prints r0')
    .option('--memory <hex>', 'raw: what r1 points to, r2 being its length: hexadecimal digits, or @FILE')
    .option('--max-insns <n>', 'raw: instructions that may be executed: 1000000000 unless told', positive)
    .option('--interpret', 'raw: not compiled: slower, and says what reaches beyond the memory')
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .action(async (file: string, flags: RunFlags) => {
      status = await (await import('./run.ts')).run(file, flags)
    })
  program
    .command('test')
    .description('the C tests that objects hold, run on a modelled kernel')
    .argument('<object...>', 'BPF object files, folders of them, patterns; - reads one from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .addOption(
      new Option('-n, --name <name>', 'only tests of this name, with * and ? (may repeat)')
        .default([])
        .argParser(collect),
    )
    .addOption(setOption())
    .addOption(mapOption())
    .addOption(attachOption())
    .addOption(loaderOption())
    .option('--cpu <n>', 'the number of the CPU that tests run on (0)', whole)
    .option('--seed <n>', 'what random numbers follow from (0)', whole)
    .option('--sanitize', 'an instruction at a time, each access and register held to what the verifier proved')
    .option(
      '--trace',
      'tell each instruction that is executed, with its line of C and the registers that it changed, on standard error',
    )
    .addOption(new Option('-f, --format <format>', 'how to print').choices([...testFormats]).default('pretty'))
    .option('-o, --output-file <file>', 'print there instead: the file is there whole, or as it was')
    .option('-q, --quiet', 'only what does not pass')
    .addOption(coverageOption())
    .addOption(pathMapOption())
    .addHelpText('after', testHelp)
    .action(async (objects: string[], flags: TestFlags) => {
      status = await (await import('./test.ts')).test(objects, flags)
    })
  program
    .command('show')
    .description('a kfunc: prototype, what each argument must be, who may call it, a minimal use')
    .argument('<kfunc>')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(formatOption())
    .action(async (name: string, flags: ShowFlags) => {
      status = await (await import('./show.ts')).show(name, flags)
    })
  program
    .command('list')
    .description('the kfuncs of a kernel, with flags and who may call them')
    .argument('[text]', 'only names with this in them')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .option('-t, --type <type>', 'only what this program type may call')
    .addOption(formatOption())
    .action(async (text: string | undefined, flags: ListFlags) => {
      status = await (await import('./list.ts')).list(text, flags)
    })
  program
    .command('btf')
    .description('types of an object, a kernel or a module')
    .command('dump')
    .description('as C that a program can include, or as data')
    .argument('<source>', 'a BPF object, a bundled kernel (6.12, 6.12-scx, 7.3), vmlinuz, vmlinux, raw BTF, x.ko')
    .addOption(kernelOption())
    .addOption(new Option('-f, --format <format>', 'how to print').choices(['c', 'json']).default('c'))
    .addOption(
      new Option(
        '-t, --type <name>',
        'only this one, and in C what it needs: a type, function or variable (may repeat)',
      )
        .default([])
        .argParser(collect),
    )
    .option('-o, --output-file <file>', 'print there instead: the file is there whole, or as it was')
    .action(async (source: string, flags: BtfFlags) => {
      status = await (await import('./btf.ts')).dumpBtf(source, flags)
    })
  const gen = program.command('gen').description('TypeScript of a module or an object, C headers of kfuncs')
  const outputOption = () =>
    new Option('-o, --output-file <file>', 'print there instead: the file is there whole, or as it was')
  gen
    .command('types')
    .description("the .d.ts of a module's bodies: what each is given and answers")
    .argument('<module>', 'host.ts, host.json, or C text with __bpf_kfunc prototypes: host.c')
    .addOption(kernelOption())
    .addOption(outputOption())
    .action(async (source: string, flags: GenFlags) => {
      status = await (await import('./gen.ts')).genTypes(source, flags)
    })
  gen
    .command('skeleton')
    .description('a typed view of an object: maps, global variables, programs; the object is in it')
    .argument('<object>', 'a BPF object file')
    .option('--name <name>', "what it is called: the file's name unless told")
    .addOption(
      new Option('-t, --type <name>', 'a struct beside those of maps and variables: of records, say (may repeat)')
        .default([])
        .argParser(collect),
    )
    .addOption(loaderOption())
    .addOption(outputOption())
    .action(async (path: string, flags: SkeletonFlags) => {
      status = (await import('./gen.ts')).genSkeleton(path, flags)
    })
  gen
    .command('header')
    .description('the C header of kfuncs for the authors of programs')
    .argument('<source>', 'host.ts, host.json, host.c; a bundled kernel, vmlinuz, vmlinux, raw BTF, x.ko')
    .addOption(kernelOption())
    .addOption(
      new Option('--kfunc <name>', 'only kfuncs of this name, with * and ? (may repeat)')
        .default([])
        .argParser(collect),
    )
    .option('--weak', 'declared __weak: programs ask with bpf_ksym_exists() before they call')
    .addOption(outputOption())
    .action(async (source: string, flags: HeaderFlags) => {
      status = await (await import('./gen.ts')).genHeader(source, flags)
    })
  program
    .command('explain')
    .description('the long form of a code: the rule, a program that breaks it, one that keeps it')
    .argument('[code]', 'KF012; without it, every code')
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

const testHelp = `
A test is a program with the tags of the kernel's selftests (__success, __failure, __msg, __retval … of bpf_misc.h), which is loaded, and run
where it says what it returns; or, as Cilium has them, programs in sections TYPE/test/NAME/pktgen, …/setup and …/check (docs/testing.md).

Exit status: 0 every test passed or was skipped; 1 one failed, or could not be run; 2 wrong usage, an object that cannot be read or
has no tests; 3 a bug of ours, which says so.

Example:
  kfuncs test build/tests --name 'ipv6_*' --format junit --output-file tests.xml`

const compareHelp = `
Exit status: 0 nothing is worse; 1 a program that was accepted is not, a new one is not, or one grew beyond --threshold;
2 a file that cannot be read. What was refused before may be refused still.

Example:
  kfuncs check --format json build > now.json; kfuncs compare base.json now.json --threshold 10`

function percent(value: string): number {
  const number = Number(value.replace(/%$/, ''))
  if (!(number >= 0)) throw new InvalidArgumentError('percent, 0 or more')
  return number
}
