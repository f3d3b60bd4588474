// SPDX-License-Identifier: Apache-2.0
// Our own verdict on one program of one object, as the oracle's loader asks the kernel: this program alone.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readElf } from '../src/binary/index.ts'
import { parseBtf } from '../src/btf/index.ts'
import { formatFault, type Result } from '../src/fault/index.ts'
import type { Kernel } from '../src/kernel/index.ts'
import { type BpfObject, type LinkedProgram, type LinkTarget, linkProgram, openObject } from '../src/object/index.ts'
import { type ProgTypeName, progFlags } from '../src/uapi/index.ts'
import { verify } from '../src/verifier/index.ts'
import { checkFacts, type FactsChecked } from './facts.ts'
import { mutate, parseMutant } from './mutants/edits.ts'

export interface Answer {
  readonly verdict: 'accept' | 'reject' | 'unsupported' | 'load_error' | 'crash' | 'timeout'
  readonly message: string
  readonly rule: string
  readonly insn: number
  readonly insns: number
  readonly states: number
  readonly ms: number
  readonly log: readonly string[]
  /** Of accepted programs, where it was asked for. */
  readonly facts?: FactsChecked
}

/** The guest that oracle/run.sh boots has two. */
export const oracleCpus = 2

/** Steps of a walk that facts are held against. */
const MOST_RECORDED = 100_000

const nothing = { rule: '', insn: -1, insns: 0, states: 0, log: [] }
const opened = new Map<string, BpfObject>()
const linkedOnce = new Map<string, LinkedProgram>()

export interface JudgeOptions {
  /** 1: as the kernel at level 1, nothing of paths that ended well; 2: registers after every instruction */
  readonly log?: boolean | 1 | 2
  readonly trace?: boolean
  readonly type?: string
  readonly flags?: number
  /** An object whose types CO-RE relocations go by instead of the kernel's, beside the one judged: a selftest's btf_path. */
  readonly coreTypes?: string
  /** Hold the facts of an accepted program against the states of its walk. */
  readonly facts?: boolean
  /** Edits of the linked program, as `formatMutant` writes them. */
  readonly mutant?: string
}

export function judge(kernel: Kernel, path: string, prog: string, options: JudgeOptions = {}): Answer {
  const start = performance.now()
  const done = (answer: Omit<Answer, 'ms'>): Answer => ({ ...answer, ms: performance.now() - start })
  try {
    const linked = link(kernel, path, prog, options)
    if (!linked.ok) return done({ ...nothing, verdict: 'load_error', message: formatFault(linked.fault) })
    const judged = options.mutant === undefined ? linked.value : mutate(linked.value, parseMutant(options.mutant))
    // load flags that the selftest asks for: strict alignment and the like
    const flags = judged.flags | (options.flags ?? 0)
    const program = { ...judged, flags, sleepable: judged.sleepable || (flags & progFlags.BPF_F_SLEEPABLE) !== 0 }
    const report = verify(program, kernel, {
      log: options.log ?? false,
      trace: options.trace ?? false,
      cpus: oracleCpus,
      ...(options.facts ? { facts: true, recordStates: MOST_RECORDED } : {}),
    })
    const counts = { insns: report.insnsProcessed, states: report.states, log: report.log }
    if (report.verdict === 'accept') {
      const { facts, recorded } = report
      const checked =
        facts === undefined || recorded === undefined ? {} : { facts: checkFacts(program.insns, facts, recorded) }
      return done({ ...nothing, ...counts, verdict: 'accept', message: '', ...checked })
    }
    const { verdict, insn } = report
    const message = verdict === 'unsupported' ? report.what : report.message
    return done({ ...counts, verdict, insn, message, rule: verdict === 'reject' ? report.rule : '' })
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const message = options.log
      ? text
      : text
          .split('\n')
          .slice(0, 3)
          .join(' ')
          .replaceAll(/\(?file:\S*\//g, '(')
    return done({ ...nothing, verdict: 'crash', message })
  }
}

/** Opened and linked; the last of each is kept. */
function link(kernel: Kernel, path: string, prog: string, { type, coreTypes }: JudgeOptions): Result<LinkedProgram> {
  const key = `${path} ${prog} ${type}`
  const known = linkedOnce.get(key)
  if (known !== undefined) return { ok: true, value: known }
  let object = opened.get(path)
  if (object === undefined) {
    const result = openObject(readFileSync(path), path.slice(path.lastIndexOf('/') + 1))
    if (!result.ok) return result
    object = result.value
    opened.clear()
    opened.set(path, object)
  }
  const target = coreTypes === undefined ? kernel : withCoreTypes(kernel, join(dirname(path), coreTypes))
  const linked = linkProgram(object, prog, target, type === undefined ? {} : { type: type as ProgTypeName })
  linkedOnce.clear()
  if (linked.ok) linkedOnce.set(key, linked.value)
  return linked
}

function withCoreTypes(kernel: Kernel, path: string): LinkTarget {
  const { btf, modules, destructors, release } = kernel
  const elf = readElf(readFileSync(path))
  const section = elf.ok ? elf.value.section('.BTF') : undefined
  const types = elf.ok && section !== undefined ? parseBtf(elf.value.data(section), { name: path }) : undefined
  if (!types?.ok) throw new Error(`${path}: no BTF`)
  return {
    btf,
    modules,
    destructors,
    release,
    config: (name) => kernel.config(name),
    gate: (name) => kernel.gate(name),
    coreBtf: types.value,
  }
}

/** Numbers differ between machines and runs: ids, addresses, offsets of types. They become N. */
export const normalise = (message: string): string =>
  (message.split('\n')[0] ?? '').replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N').trim()
