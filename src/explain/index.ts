// SPDX-License-Identifier: Apache-2.0
// Verdict → diagnostic → text of some kind. `explain` makes the one, the renderers the other.
export { type CodeRow, codeOfRule, codeRow, codes, isExplained } from './codes/index.ts'
export { contractOf, explain } from './explain.ts'
export { explainFault } from './loader.ts'
export { renderGithub } from './github.ts'
export { type JsonLine, renderJson } from './json.ts'
export { renderLog } from './log.ts'
export { codesMarkdown, longForm } from './long-form.ts'
export { type PrettyOptions, renderAgain, renderPretty } from './pretty.ts'
export { renderSarif } from './sarif.ts'
export { lineAt, sourceAt } from './source.ts'
export type * from './types.ts'
export { regWords } from './words.ts'
