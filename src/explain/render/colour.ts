// SPDX-License-Identifier: Apache-2.0
// Colours of a terminal by what they mean; without colour every ink leaves the text as it is.

export interface Palette {
  readonly error: (text: string) => string
  readonly warning: (text: string) => string
  readonly note: (text: string) => string
  readonly good: (text: string) => string
  readonly frame: (text: string) => string
  readonly strong: (text: string) => string
}

const ink =
  (codes: string) =>
  (text: string): string =>
    `\u001b[${codes}m${text}\u001b[0m`
const plain = (text: string): string => text

export const palette = (colour: boolean): Palette =>
  colour
    ? {
        error: ink('1;31'),
        warning: ink('1;33'),
        note: ink('36'),
        good: ink('1;32'),
        frame: ink('1;34'),
        strong: ink('1'),
      }
    : { error: plain, warning: plain, note: plain, good: plain, frame: plain, strong: plain }
