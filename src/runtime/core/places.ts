// SPDX-License-Identifier: Apache-2.0
// Where programs were when something went wrong in what they called: the instruction of the call with its line of C, and the line of
// TypeScript that did it. What is compiled costs nothing for that: engines tell in stacks which byte of which module called, and
// whoever compiled the module knows which instruction the byte was made for.

import type { Place } from '../../fault/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { Core } from './core.ts'
import { DEEP, stacks } from './errors.ts'
import { remember } from './remember.ts'

/** One moment of a run, to be looked into if it matters later. */
export interface Trace {
  readonly error: Error
  /** Where an interpreted program was. */
  readonly place: Place | undefined
}

type InsnAt = (offset: number) => number | undefined

interface Compiled {
  readonly linked: LinkedProgram
  /** Made when it is asked first. */
  insnAt: InsnAt | (() => InsnAt)
  ready: boolean
}

class Places {
  /** By the names of their modules. */
  private readonly compiled = new Map<string, Compiled>()
  private readonly known = new WeakMap<object, Place>()
  /** The instruction that an interpreted program is at, where moments are kept. */
  private at: { readonly linked: LinkedProgram; readonly insn: number } | undefined

  /** What the module is to be called; `insns` is asked for it at most once. */
  name(linked: LinkedProgram, insns: () => InsnAt): string {
    const name = `${linked.name.replaceAll(/\W/g, '_')}.${this.compiled.size}`
    this.compiled.set(name, { linked, insnAt: insns, ready: false })
    return name
  }

  /** An interpreted program is at an instruction. */
  reached(linked: LinkedProgram, insn: number): void {
    this.at = { linked, insn }
  }

  /** What an interpreted program called threw; whoever called last is told first. */
  failed(linked: LinkedProgram, insn: number, error: unknown): void {
    if (typeof error === 'object' && error !== null && !this.known.has(error))
      this.known.set(error, placeOf(linked, insn))
  }

  /** What a program called that threw it; undefined: no program did, or the engine does not tell. */
  of(error: unknown): Place | undefined {
    if (typeof error !== 'object' || error === null) return undefined
    return this.known.get(error) ?? (error instanceof Error ? this.inStack(error.stack) : undefined)
  }

  now(): Trace {
    const { stackTraceLimit: before } = stacks
    if (before !== undefined) stacks.stackTraceLimit = DEEP
    const error = new Error('a moment')
    if (before !== undefined) stacks.stackTraceLimit = before
    return { error, place: this.at === undefined ? undefined : placeOf(this.at.linked, this.at.insn) }
  }
  /** 'prog.bpf.c:30', with the line of TypeScript where a body did it; '' where neither is known. */
  text({ error, place }: Trace): string {
    const { program, insn, file, line } = this.inStack(error.stack) ?? place ?? {}
    const inC = file === undefined ? program && `${program}, instruction ${insn}` : `${file}:${line}`
    const own = lineOfBody(error)
    return [inC, own].filter((part) => part !== undefined).join(', ')
  }

  private inStack(stack: string | undefined): Place | undefined {
    const [, name, offset] = /wasm:\/\/wasm\/(\S+)-[0-9a-f]+:wasm-function\[\d+\]:0x([0-9a-f]+)/.exec(stack ?? '') ?? []
    const compiled = name === undefined ? undefined : this.compiled.get(name)
    if (compiled === undefined || offset === undefined) return undefined
    if (!compiled.ready) Object.assign(compiled, { insnAt: (compiled.insnAt as () => InsnAt)(), ready: true })
    const insn = (compiled.insnAt as InsnAt)(Number.parseInt(offset, 16))
    return insn === undefined ? undefined : placeOf(compiled.linked, insn)
  }
}

export const placesOf = remember((_core: Core): Places => new Places())

function placeOf(linked: LinkedProgram, insn: number): Place {
  const line = linked.lines.findLast((record) => record.insn <= insn)
  const source = line === undefined ? {} : { file: line.file, line: line.line, column: line.column }
  return { program: linked.name, insn, ...source }
}

/** Of what a body threw, or had us do: 'host.ts:12:5', the innermost line that is none of ours; undefined: it is not told. */
export function lineOfBody({ stack = '' }: Error): string | undefined {
  for (const line of stack.split('\n')) {
    if (/wasm-function|answerOf/.test(line)) return undefined
    const [, place] = /((?:file:\/\/|\/|[A-Za-z]:[\\/]|https?:\/\/)[^()\s]*:\d+:\d+)\)?$/.exec(line) ?? []
    if (place !== undefined && (ours === undefined || !place.startsWith(ours))) return place
  }
  return undefined
}

/** Where our own code lies: from sources the folder of them all, as a package the folder of its files. */
const ours = folderOfOurs(new Error('where we are').stack)
function folderOfOurs(stack: string | undefined): string | undefined {
  const [, file] = /((?:file:\/\/|\/|[A-Za-z]:[\\/]|https?:\/\/)[^()\s]*):\d+:\d+\)?(?:\n|$)/.exec(stack ?? '') ?? []
  if (file === undefined) return undefined
  const source = file.indexOf('/src/runtime/core/places.ts')
  return source === -1 ? file.slice(0, file.lastIndexOf('/') + 1) : file.slice(0, source + '/src/'.length)
}
