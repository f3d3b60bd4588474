// SPDX-License-Identifier: Apache-2.0

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

/** Tabs as four columns: BTF keeps a line as it was written. */
export const expandTabs = (text: string): string => text.trimEnd().replaceAll('\t', '    ')
