// SPDX-License-Identifier: Apache-2.0
import type { CodeRow } from './row.ts'

export const callerCodes: readonly CodeRow[] = []
