// SPDX-License-Identifier: Apache-2.0
// What the explanations ask of a violation: which access it is about, what kind of fault it tells. By its parameters, never by its words.

import type { Violation, ViolationId } from '../verifier/index.ts'

/** The check of an argument that failed is what the call is refused for: the violation within. */
export function innermost(violation: Violation | undefined): Violation | undefined {
  return violation !== undefined && 'inner' in violation.params && violation.params.inner !== undefined
    ? innermost(violation.params.inner)
    : violation
}

/** Is it an access to memory of a known size, outside of the packet? */
export function isObjectAccess(violation: Violation | undefined): boolean {
  const broken = innermost(violation)
  if (broken === undefined) return false
  if ('outside' in broken.params) return broken.params.outside.region !== 'packet'
  return broken.id === 'map-flags' && broken.params.form === 'access'
}

/** An access to the stack at a known place. */
export interface StackSpan {
  readonly at: number
  readonly size: number
  /** The byte of it that is in the way. */
  readonly index: number
  readonly read: boolean
}

export function stackSpanOf(violation: Violation | undefined): StackSpan | undefined {
  const broken = innermost(violation)
  switch (broken?.id) {
    case 'stack-uninit': {
      const { off: at, index, size } = broken.params
      return { at, size, index, read: true }
    }
    case 'stack-bounds': {
      if (broken.params.form !== 'fixed') return undefined
      const { min: at, size, access } = broken.params
      return { at, size, index: 0, read: access === 'read' }
    }
    case 'stack-special': {
      if (broken.params.form !== 'fixed') return undefined
      const { min: at, size, index } = broken.params
      return { at, size, index, read: true }
    }
    default:
      return undefined
  }
}

const otherTypes: ReadonlySet<ViolationId> = new Set<ViolationId>([
  'argument-type',
  'memory-type',
  'size-type',
  'kptr-type',
])
/** The register holds another type than is wanted. */
export const isOtherType = (violation: Violation | undefined): boolean => {
  const broken = innermost(violation)
  return (
    broken !== undefined && (otherTypes.has(broken.id) || (broken.id === 'const-str' && broken.params.form === 'type'))
  )
}

const unbounded: ReadonlySet<ViolationId> = new Set<ViolationId>([
  'min-bound',
  'max-bound',
  'min-outside',
  'max-outside',
  'size-negative',
  'size-unbounded',
  'stack-unbounded',
])
/** Bounds on a number would have helped. */
export function isUnbounded(violation: Violation | undefined): boolean {
  const broken = innermost(violation)
  if (broken === undefined) return false
  if (broken.id === 'packet-bounds') return broken.params.form === 'min' || broken.params.form === 'max'
  if (broken.id === 'offset-range') return broken.params.form === 'unbounded'
  return unbounded.has(broken.id)
}

/** Stack is read that was not written, or is no data. */
export function isUnwritten(violation: Violation | undefined): boolean {
  const broken = innermost(violation)
  if (broken?.id === 'stack-bounds') return broken.params.form === 'fixed' && broken.params.access === 'read'
  return broken?.id === 'stack-uninit' || broken?.id === 'stack-special'
}

/** Is it about what bpf_throw leaves behind? */
export function isThrown(violation: Violation | undefined): boolean {
  if (violation?.id === 'section-open')
    return violation.params.form === 'ended' && violation.params.what === 'bpf_throw'
  return violation?.id === 'throw-in-callback'
}

/** Does the verifier say more of it than its message: of the access within, of the field? */
export function saysMore(violation: Violation | undefined): boolean {
  if (violation === undefined) return false
  const { params } = violation
  if ('outside' in params) return true
  if (violation.id === 'ctx-access') return violation.params.form !== 'released' && violation.params.seen !== undefined
  if (violation.id === 'return-range') return violation.params.form === 'told'
  if (!('inner' in params) || params.inner === undefined) return false
  // of an argument of a global function what was seen is told in the place of the words
  return violation.id !== 'global-args' || !('seen' in params.inner.params) || saysMore(params.inner)
}

/** Is it about the value that a callback returns? */
export function isOfCallback(violation: Violation | undefined): boolean {
  if (violation === undefined || !('context' in violation.params)) return false
  const { context } = violation.params
  return context === 'callback return' || context === 'async callback return'
}
