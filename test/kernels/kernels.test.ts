// SPDX-License-Identifier: Apache-2.0
import { describeJudged } from './judged.ts'

describeJudged('programs on which a verdict was wrong', new URL('./', import.meta.url))
