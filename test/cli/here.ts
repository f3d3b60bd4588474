// SPDX-License-Identifier: Apache-2.0
// The command within the test's own process: quicker than one of its own, where neither pipes nor terminals matter.
import { vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

/** What `work` writes to standard output and standard error meanwhile. */
export async function heard<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly out: string; readonly err: string }> {
  const said = { out: '', err: '' }
  const hear = (to: 'out' | 'err') => (text: string | Uint8Array) => {
    said[to] += String(text)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear('err')),
  ]
  try {
    return { value: await work(), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs the command to its end. */
export async function runHere(...args: readonly string[]): Promise<Ran> {
  const { value: status, ...said } = await heard(() => main(args))
  return { status, ...said }
}
