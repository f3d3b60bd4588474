// SPDX-License-Identifier: Apache-2.0
// Kernel releases as numbers that compare.

/** '6.12.117+deb12-cloud-amd64' → 6012; undefined where it does not begin with a version. */
export function versionOf(release: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})/.exec(release)
  return match === null ? undefined : Number(match[1]) * 1000 + Number(match[2])
}

/** Is `release` at least `since` and older than `until`? A release that is no version is in no range. */
export function releaseIn(release: string, since: string, until?: string): boolean {
  const version = versionOf(release)
  if (version === undefined) return false
  return version >= versionOf(since)! && (until === undefined || version < versionOf(until)!)
}
