#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The command line: verbs and their options. What a verb does is in the file of its name, loaded when it is called.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { printableLines } from '../fault/index.ts'
import { complain, UsageError } from './usage.ts'
import { version } from './version.ts'

export interface KernelOptions {
  readonly kernel: string
  readonly module: readonly string[]
  readonly config?: string
}
export interface CheckFlags extends KernelOptions {
  readonly prog?: string
  readonly type?: string
  readonly format: 'pretty' | 'json' | 'github' | 'sarif'
  readonly log?: boolean
  readonly jobs: number
  readonly legacyMaps?: boolean
  /** Seconds for a program; seconds for an object; MiB. */
  readonly timeout?: number
  readonly totalTimeout?: number
  readonly totalInsns?: number
  readonly maxInsns?: number
  readonly maxMemory?: number
}

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

  program
    .command('check')
    .description('judge every program of BPF objects as the kernel would')
    .argument('<object...>', 'BPF object files; - reads one from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .option('-p, --prog <name>', 'only programs of this name')
    .option(
      '-t, --type <type>',
      'program type for sections that libbpf does not know: xdp, sched_cls …; the others keep theirs',
    )
    .addOption(
      new Option('-f, --format <format>', 'how to print')
        .choices(['pretty', 'json', 'github', 'sarif'])
        .default('pretty'),
    )
    .option('-l, --log', "print the verifier's log, in the kernel's format")
    .option('-j, --jobs <n>', 'objects judged at a time', positive, 1)
    .option('--timeout <seconds>', 'give up on a program after so long: unsupported, the others go on', seconds)
    .option('--total-timeout <seconds>', 'the same for all programs of an object', seconds)
    .option('--total-insns <n>', 'give up on an object whose programs take more together (4000000)', positive)
    .option('--max-insns <n>', "give up where the walk processes more (the kernel's own limit is 1000000)", positive)
    .option('--max-memory <MiB>', 'give up where a program takes more', positive)
    .option('--legacy-maps', 'read SEC("maps") of structs, which libbpf 1.x refuses')
    .addHelpText('after', checkHelp)
    .action(async (objects: string[], flags: CheckFlags) => {
      status = await (await import('./check.ts')).check(objects, flags)
    })
  program
    .command('disasm')
    .description('instructions with their C lines, kfunc and map names resolved')
    .argument('<object>', 'a BPF object file; - reads it from standard input')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .addOption(configOption())
    .option('-p, --prog <name>', 'only this program')
    .action(async (object: string, flags: KernelOptions & { readonly prog?: string }) => {
      status = await (await import('./disasm.ts')).disasm(object, flags)
    })
  program
    .command('show')
    .description('a kfunc: prototype, what each argument must be, who may call it, a minimal use')
    .argument('<kfunc>')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .action(async (name: string, flags: KernelOptions) => {
      status = await (await import('./show.ts')).show(name, flags)
    })
  program
    .command('list')
    .description('the kfuncs of a kernel, with flags and who may call them')
    .argument('[text]', 'only names with this in them')
    .addOption(kernelOption())
    .addOption(moduleOption())
    .option('-t, --type <type>', 'only what this program type may call')
    .action(async (text: string | undefined, flags: KernelOptions & { readonly type?: string }) => {
      status = await (await import('./list.ts')).list(text, flags)
    })
  program
    .command('explain')
    .description('the long form of a code: the rule, a program that breaks it, one that keeps it')
    .argument('[code]', 'KF012; without it, every code')
    .action(async (code: string | undefined) => {
      status = await (await import('./explain.ts')).explainCode(code)
    })
  try {
    await program.parseAsync(args, { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof UsageError)) throw error
    complain(error.message)
    return 2
  }
}

const checkHelp = `
Exit status: 0 every program is accepted; 1 one is not (rejected, not loadable, or not judged);
2 wrong usage or an object that cannot be read; 3 a bug of ours, which says so. NO_COLOR and FORCE_COLOR are honoured.

Examples:
  kfuncs check prog.bpf.o
  kfuncs check --kernel /boot/vmlinuz --prog my_prog --log prog.bpf.o
  kfuncs check --format json build/*.bpf.o | jq -r 'select(.verdict != "accept") | .program'`

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function seconds(value: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new InvalidArgumentError('seconds, more than 0')
  return number
}

function positive(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a number of 1 or more')
  return number
}
