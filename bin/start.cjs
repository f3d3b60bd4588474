// SPDX-License-Identifier: Apache-2.0
// Apart from kfuncs.cjs, because an old Node cannot read `import()`.
'use strict'
import('../dist/cli.js')
