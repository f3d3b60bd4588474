// SPDX-License-Identifier: Apache-2.0
// Text in XML, whoever it is of.
import { printable, printableLines } from '../../fault/index.ts'

/** As the value of an attribute, one line. */
export const xmlAttribute = (text: string): string => xmlText(printable(text)).replaceAll('"', '&quot;')

/** XML 1.0 has no such characters as U+FFFE, not even by number. */
export const xmlText = (text: string): string =>
  printableLines(text)
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
