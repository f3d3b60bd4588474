// SPDX-License-Identifier: Apache-2.0
import { describeJudged } from '../kernels/judged.ts'

describeJudged('programs that people reported', new URL('./', import.meta.url))
