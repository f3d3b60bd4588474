// SPDX-License-Identifier: Apache-2.0
// --coverage FILE.
import { Coverage } from '../runtime/index.ts'
import { fileOutput } from './output.ts'

/** Undefined where no file is asked for. */
export const coverageFor = (file: string | undefined): Coverage | undefined =>
  file === undefined ? undefined : new Coverage()

/** `path`: what a file of the object is called here. */
export function writeCoverage(coverage: Coverage, file: string, path: (name: string) => string): void {
  const out = fileOutput(file)
  out.write(coverage.lcov({ path }))
  out.end()
}
