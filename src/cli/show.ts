// SPDX-License-Identifier: Apache-2.0
// kfuncs show NAME: everything there is to say about a kfunc.
import { deprecationText } from '../explain/index.ts'
import { bundledKernels, type Kernel, kernelGates, openKernel } from '../kernel/index.ts'
import { printable } from '../fault/index.ts'
import { describeKfunc } from '../kfunc/index.ts'
import { helperId } from '../uapi/index.ts'
import type { KernelOptions } from './flags.ts'
import { kernelOf } from './kernel.ts'
import uses from './kfunc-uses.json' with { type: 'json' }
import { didYouMean } from './nearest.ts'
import { jsonLine } from './output.ts'
import { UsageError } from './usage.ts'

export interface ShowFlags extends KernelOptions {
  readonly format: 'pretty' | 'json'
}

export async function show(name: string, flags: ShowFlags): Promise<number> {
  const kernel = await kernelOf(flags)
  if (!kernel.kfuncs.has(name)) throw new UsageError(await missingWords(kernel, name))
  const text = flags.format === 'json' ? jsonLine(showJson(kernel, name)) : showText(kernel, name)
  process.stdout.write(`${text}\n`)
  return 0
}

function describe(kernel: Kernel, name: string) {
  const kfunc = kernel.kfuncs.get(name)
  if (kfunc === undefined) throw new UsageError(`Linux ${kernel.release} has no kfunc ${name}`)
  return { kfunc, it: describeKfunc(kfunc, { trustedByDefault: kernel.gate(kernelGates.trustedByDefault) }) }
}

/** The same as data: keys as `docs/output.md` lists them. */
function showJson(kernel: Kernel, name: string): object {
  const { kfunc, it } = describe(kernel, name)
  const example = exampleOf(name)
  return {
    name,
    kernel: kernel.release,
    module: kfunc.module ?? null,
    prototype: it.prototype,
    params: it.params,
    returns: it.returns,
    flags: it.flags,
    callers: it.callers,
    partners: it.partner?.names ?? [],
    special: it.special ?? null,
    deprecated: it.deprecated === undefined ? null : deprecationText(it.deprecated),
    use: example?.text ?? it.use,
    use_from: example === undefined ? null : { file: example.file, program: example.program },
  }
}

/** Why there is none: it is a helper, another kernel has it, or the name is misspelt. */
async function missingWords(kernel: Kernel, name: string): Promise<string> {
  const missing = `Linux ${kernel.release} has no kfunc ${name}`
  if (helperId(name) !== undefined) return `${missing} — it is a helper: see bpf-helpers(7)`
  for (const other of bundledKernels) {
    const opened = await openKernel(other)
    if (opened.ok && opened.value.kfuncs.has(name)) return `${missing} — Linux ${other} has: --kernel ${other}`
  }
  const meant = didYouMean(name, [...kernel.kfuncs.keys()])
  return meant === undefined ? missing : `${missing} — ${meant}`
}

interface Use {
  readonly file: string
  readonly program: string
  readonly text: string
}

/** A program of examples/ that calls it, which the real kernel accepted. */
const exampleOf = (name: string): Use | undefined =>
  Object.hasOwn(uses, name) ? (uses as Readonly<Record<string, Use>>)[name] : undefined

export function showText(kernel: Kernel, name: string): string {
  const { kfunc, it } = describe(kernel, name)
  const lines = [
    `${it.prototype};`,
    `    ${kfunc.module === undefined ? `Linux ${kernel.release}` : `module ${kfunc.module}`}`,
  ]
  const part = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', title, ...body.map((line) => `    ${line}`.trimEnd()))
  }
  const width = Math.max(0, ...it.params.map((param) => param.name.length))
  part(
    'Arguments',
    it.params.map(
      ({ name, type, words }) => `${name.padEnd(width)}  ${words.length === 0 ? `any ${type}` : words.join('; ')}`,
    ),
  )
  part('Returns', it.returns)
  const flagWidth = Math.max(0, ...it.flags.map((flag) => flag.name.length))
  part(
    'Flags',
    it.flags.map((flag) => `${flag.name.padEnd(flagWidth)}  ${flag.words}`),
  )
  part('Who may call it', it.callers)
  if (it.partner !== undefined) part('Partner', [it.partner.names.join(', ')])
  if (it.special !== undefined) part('Known to the verifier by name', [it.special])
  if (it.deprecated !== undefined) {
    part('Deprecated', [deprecationText(it.deprecated)])
  }
  const use = exampleOf(name)
  if (use === undefined) part('Use', it.use.split('\n'))
  else {
    const where = `${use.program} of ${use.file}`
    part(`Use (${where}, accepted by Linux 6.12)`, use.text.split('\n'))
  }
  return lines.map((line) => printable(line, 'listing')).join('\n')
}
