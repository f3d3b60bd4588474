// SPDX-License-Identifier: Apache-2.0
import { printable } from '../../fault/index.ts'

/** Words in lines of at most `width`; a word longer than that stands alone. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > Math.max(width, 20)) {
        lines.push(line)
        line = word
      } else line = line === '' ? word : `${line} ${word}`
    }
    lines.push(line)
  }
  return lines
}

/** A line of source as it is printed: tabs as four columns (BTF keeps a line as it was written), nothing invisible. */
export const expandTabs = (text: string): string => printable(text.trimEnd().replaceAll('\t', '    '), 'source')
