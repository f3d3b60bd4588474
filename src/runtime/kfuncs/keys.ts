// SPDX-License-Identifier: Apache-2.0
// kfuncs on keys, kfuncs.rst §4: the system's keyrings stand for themselves; users have none.

import { model, type Models } from '../core/abi.ts'
import { createObject } from '../core/objects.ts'

/** VERIFY_USE_PLATFORM_KEYRING, the last of the numbers that stand for keyrings. */
const LAST_KEYRING = 2n

export const keyKfuncs: Models = {
  bpf_lookup_user_key: model(['none', 'none'], 'u32', () => () => 0),
  bpf_lookup_system_key: model(['i64'], 'u32', (core) => (id) => {
    const keyring = BigInt.asUintN(64, id)
    return keyring > LAST_KEYRING ? 0 : createObject(core, 'bpf_key', { key: keyring, has_ref: 0 })
  }),
  bpf_key_put: model(['i32'], 'none', (core) => (key) => core.memory.free(key)),
}
