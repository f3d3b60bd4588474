// SPDX-License-Identifier: Apache-2.0
// Which kfuncs came after Linux 6.12 (scripts/make-kfunc-releases.ts).

import { releaseIn, versionOf } from '../uapi/index.ts'
import later from './later.json' with { type: 'json' }

const since = new Map(
  Object.entries(later).flatMap(([release, names]) => names.map((name) => [name, release] as const)),
)

/** The first kernel we looked at that has the kfunc, where `release` is older. */
export function laterKernelWith(name: string, release: string): string | undefined {
  const first = since.get(name.replace(/___.*$/, ''))
  return first === undefined || versionOf(release) === undefined || releaseIn(release, first) ? undefined : first
}
