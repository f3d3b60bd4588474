// SPDX-License-Identifier: Apache-2.0
// Pointers under another type. A context is the kernel's object already.

import { model, type Models } from '../core/abi.ts'

const same = model(['i64'], 'i64', () => (pointer) => pointer)

export const castKfuncs: Models = { bpf_cast_to_kern_ctx: same, bpf_rdonly_cast: same }
