// SPDX-License-Identifier: Apache-2.0
// What an explanation is, before anybody prints it: places, labels and sentences; no layout, no colour.

import type { Limit } from '../fault/index.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import type { PathStep, Report } from '../verifier/index.ts'
import type { DiagnosticCode } from './codes/index.ts'

/** A line of the program's C source, as the object's line info has it. */
export interface Source {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** What a note tells of: a register changed, a decision taken, a resource taken, a value lost, a section entered. */
export type NoteKind = 'update' | 'branch' | 'acquired' | 'invalidated' | 'context' | 'spilled' | 'object'

/** One thing that happened on the way to the rejection, oldest first in a Diagnostic. */
export interface Note {
  readonly kind: NoteKind
  readonly label: string
  readonly insn: number
  readonly source: Source | undefined
}

/** Where the kernel stopped; without line info only the insn is known. Where the loader refused, no insn is. */
export interface Primary {
  readonly insn: number | undefined
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  readonly text: string | undefined
  readonly label: string
}

/** What the kfunc at the rejected call asks of its callers. */
export interface Contract {
  readonly name: string
  /** As C. */
  readonly prototype: string
  /** 'KF_ACQUIRE: returns a reference …' */
  readonly flags: readonly string[]
  /** 'p: a trusted struct task_struct, not NULL' */
  readonly params: readonly string[]
  readonly returns: readonly string[]
  /** Who may call it. */
  readonly callers: readonly string[]
  /** 'released by bpf_task_release' */
  readonly partner: string | undefined
}

/** A line of source as it is and as it could be. */
export interface Fix {
  readonly file: string
  readonly line: number
  readonly before: string
  readonly after: readonly string[]
}

/** A verdict, explained. */
export interface Diagnostic {
  /** Stable: 'KF012'. */
  readonly code: DiagnosticCode
  readonly title: string
  /** The verifier's rule that was broken. */
  readonly ruleId: string
  /** The kernel's own message, word for word; for what we cannot judge, what is missing. */
  readonly message: string
  readonly primary: Primary
  readonly notes: readonly Note[]
  /** What is wrong, in a sentence or two about this very program. */
  readonly reason: string
  readonly contract: Contract | undefined
  /** The rule of kfuncs.rst or the verifier's documentation, in one line. */
  readonly rule: string
  /** Its place: 'kfuncs.rst "KF_RELEASE flag"'. */
  readonly section: string
  readonly help: readonly string[]
  readonly fix: Fix | undefined
}

/** The verifier's report as an outcome keeps it: of the path only where it went. `verify` with `trace` gives the registers as well. */
export type OutcomeReport =
  | Exclude<Report, { verdict: 'reject' }>
  | (Omit<Extract<Report, { verdict: 'reject' }>, 'path'> & {
      readonly path: readonly Pick<PathStep, 'insn' | 'frame'>[]
    })

/** Whether a program came out as its own tags expect (`check --expect`). */
export interface Expected {
  /** Null: nothing is expected of a privileged load. */
  readonly verdict: 'accept' | 'reject' | null
  /** Null: it is no test here, `why` says why not. */
  readonly met: boolean | null
  /** What is amiss: 'it is accepted', 'the log does not say …'; '' where nothing is. */
  readonly why: string
  /** Tags that a verdict does not answer. */
  readonly ignored: readonly string[]
}

/** One program of one object, judged: what the renderers take. */
export interface Outcome {
  /** Path or name of the object, as the user gave it. */
  readonly object: string
  readonly program: string
  readonly section: string
  /** 'BPF_PROG_TYPE_XDP' …, undefined where it has none. */
  readonly type: ProgTypeName | undefined
  readonly verdict: 'accept' | 'reject' | 'unsupported' | 'load_error'
  /** The verifier's report; undefined for load errors. */
  readonly report?: OutcomeReport | undefined
  /** For all but accept. */
  readonly diagnostic?: Diagnostic | undefined
  /** For load errors: what the loader says. */
  readonly message?: string | undefined
  readonly timeUs?: number | undefined
  /** For what is unsupported because a limit was reached: which. */
  readonly limit?: Limit | undefined
  /** Where expectations are asked for. */
  readonly expected?: Expected | undefined
  /** Not accepted, as in an earlier run that it is compared with. */
  readonly known?: boolean | undefined
  /** Release of the kernel that it was judged for: '6.12.117'. */
  readonly kernel?: string | undefined
  /** Instructions of the program as the kernel gets it; undefined where it could not be linked. */
  readonly insnCount?: number | undefined
  /** Names of the kfuncs the program calls. */
  readonly kfuncs: readonly string[]
  readonly warnings: readonly string[]
}
