// SPDX-License-Identifier: Apache-2.0
// The examples of the codes, as C: the program the real kernel rejects and the twin it accepts, with what of their file they
// need. Generated from examples/ by scripts/make-code-examples.ts.
import examples from './examples.json' with { type: 'json' }

export interface CodeExample {
  readonly rejected: ExampleProgram
  readonly accepted: ExampleProgram
}
export interface ExampleProgram {
  /** 'examples/03-flags/acquire.bpf.c' */
  readonly file: string
  readonly program: string
  readonly text: string
  /** What the kernel says of it. */
  readonly kernel?: string
}

const byCode: Readonly<Record<string, CodeExample>> = examples

export const codeExample = (code: string): CodeExample | undefined =>
  Object.hasOwn(byCode, code) ? byCode[code] : undefined
