// SPDX-License-Identifier: Apache-2.0
export { convertsPacketPointers, ctxAccess } from './access.ts'
export { ctxTypeName } from './names.ts'
export { isIterator } from './iterators.ts'
export { lsmHookRange, type ReturnRule, returnRange, returnRule } from './returns.ts'
export { socketAccess } from './rules.ts'
export { structOpsStub } from './struct-ops-args.ts'
export { type StructAnswer, structAccess } from './struct-writes.ts'
export { type AttachProto, attachProto } from './target.ts'
