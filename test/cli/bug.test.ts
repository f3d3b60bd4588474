// SPDX-License-Identifier: Apache-2.0
// A mistake of ours is no verdict: it is told, the other programs are judged, and the exit status is 3.
import { afterEach, expect, test, vi } from 'vitest'
import type * as Check from '../../src/check.ts'
import { heard } from './here.ts'

// Modules are loaded once a worker (vitest.config.ts), so what other tests loaded must go before the mock, and the mock after it.
async function mainThatTrips(): Promise<(args: readonly string[]) => Promise<number>> {
  vi.resetModules()
  vi.doMock('../../src/check.ts', async (original) => {
    const real = await original<typeof Check>()
    return {
      ...real,
      checkProgram: (...args: Parameters<typeof Check.checkProgram>) => {
        if (args[1].name === 'release_twice') throw new TypeError('cannot read what is not there')
        return real.checkProgram(...args)
      },
    }
  })
  return (await import('../../src/cli/main.ts')).main
}
afterEach(() => {
  vi.doUnmock('../../src/check.ts')
  vi.resetModules()
})

test('one program that we trip over', async () => {
  const main = await mainThatTrips()
  const {
    value: status,
    out,
    err,
  } = await heard(() => main(['check', '--kernel', '6.12', 'examples/03-flags/release.bpf.o']))
  expect(status).toBe(3)
  expect(err).toMatch(
    /release\.bpf\.o: release_twice: this is a bug in kfuncs, please report it: TypeError: cannot read/,
  )
  expect(out).toContain('release_then_read')
})
