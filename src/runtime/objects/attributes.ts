// SPDX-License-Identifier: Apache-2.0

/** Extended attributes as a test gives them, text or bytes. */
export const attributesOf = (given: Readonly<Record<string, Uint8Array | string>>): Map<string, Uint8Array> =>
  new Map(Object.entries(given).map(([name, value]) => [name, bytesOf(value)]))

export const bytesOf = (value: Uint8Array | string): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value
