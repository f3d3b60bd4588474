// SPDX-License-Identifier: Apache-2.0
// Texts with places: 'call {partner}' → 'call bpf_task_release'. A text whose place has no value says nothing;
// {?place} prints nothing and only asks for the value to be there.

export type Values = Readonly<Record<string, string | undefined>>

/** The text with its places filled, or undefined where one has no value. */
export function fill(text: string, values: Values): string | undefined {
  let whole = true
  const filled = text.replace(/\{(\??)(\w+)\}/g, (_, silent: string, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined || value === '') whole = false
    return silent === '' ? (value ?? '') : ''
  })
  return whole ? filled : undefined
}

/** Every text that can be filled; of a list within, the first. */
export const fillAll = (texts: readonly (string | readonly string[])[], values: Values): readonly string[] =>
  texts.flatMap((text) => (typeof text === 'string' ? fill(text, values) : fillFirst(text, values)) ?? [])

/** The first text that can be filled. */
export const fillFirst = (texts: readonly string[], values: Values): string | undefined => fillAll(texts, values)[0]

/** The value of a place that only asks whether something holds. */
export const yes = (condition: boolean | undefined): 'yes' | undefined => (condition === true ? 'yes' : undefined)

export const ordinal = (index: number): string =>
  ['first', 'second', 'third', 'fourth', 'fifth'][index] ?? `${index + 1}th`

export const orList = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
