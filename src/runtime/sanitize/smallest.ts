// SPDX-License-Identifier: Apache-2.0
// What a run is given, made smaller for as long as the run still shows the same.

import type { TestRunOptions } from '../testrun/types.ts'

/**
 * Of inputs with fewer bytes, and with more of them zero, the smallest for which `shows` still answers true, as it does for `input`. `shows`
 * is asked `tries` times at the most; it runs each on a machine of its own.
 */
export function smallestInput(
  input: TestRunOptions,
  shows: (input: TestRunOptions) => boolean,
  { tries = 200 }: { readonly tries?: number } = {},
): TestRunOptions {
  let left = tries
  let best = input
  const attempt = (changed: TestRunOptions): boolean => {
    if (left-- <= 0 || !shows(changed)) return false
    best = changed
    return true
  }
  const { repeat, ...once } = best
  if (repeat !== undefined && repeat > 1) attempt(once)
  const { ctx, ...withoutContext } = best
  if (ctx !== undefined) attempt(withoutContext)
  for (const part of ['data', 'ctx'] as const) {
    const bytes = (): Uint8Array => best[part] ?? new Uint8Array(0)
    for (let cut = bytes().length >> 1; cut > 0; cut >>= 1)
      while (bytes().length >= cut && attempt({ ...best, [part]: bytes().slice(0, bytes().length - cut) }));
    for (let chunk = bytes().length; chunk > 0; chunk >>= 1)
      for (let at = 0; at < bytes().length; at += chunk) {
        if (
          bytes()
            .subarray(at, at + chunk)
            .every((byte) => byte === 0)
        )
          continue
        attempt({
          ...best,
          [part]: bytes()
            .slice()
            .fill(0, at, at + chunk),
        })
      }
  }
  return best
}
