// SPDX-License-Identifier: Apache-2.0
// A bundled profile is what this version was made with, or it is refused: who can put a file in its place would decide verdicts.
import { fail, ok, type Result } from '../fault/index.ts'
import digests from './profile-digests.json' with { type: 'json' }

interface NodeCrypto {
  createHash(algorithm: 'sha256'): { update(bytes: Uint8Array): { digest(encoding: 'hex'): string } }
}

interface PageCrypto {
  digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer>
}

/** The bytes, if they are the bundled profile of this file name. profile-digests.json is made by scripts/make-digests.ts. */
export async function bundledBytes(file: string, bytes: Uint8Array): Promise<Result<Uint8Array>> {
  const wanted = new Map(Object.entries(digests)).get(file)
  if (wanted === undefined)
    return fail(`there is no digest of ${file}`, { file }, 'scripts/make-digests.ts writes them')
  const found = await sha256(bytes)
  return found === undefined || found === wanted
    ? ok(bytes)
    : fail('this is not the profile that comes with kfuncs: its digest differs', { file }, 'reinstall the package')
}

/** As hexadecimal; undefined in a page without TLS, which has no digests to offer and whose code anybody on the way can change. */
async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const node = process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
  if (node !== undefined) return node.createHash('sha256').update(bytes).digest('hex')
  const { crypto } = globalThis as { crypto?: { readonly subtle?: PageCrypto } }
  if (crypto?.subtle === undefined) return undefined
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
