// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'tsdown'

const parts = ['binary', 'btf', 'cdecl', 'explain', 'fault', 'isa', 'kernel', 'kfunc', 'object', 'uapi', 'verifier']

export default defineConfig([
  {
    entry: { index: 'src/index.ts', ...Object.fromEntries(parts.map((part) => [part, `src/${part}/index.ts`])) },
    platform: 'neutral',
    target: 'es2023',
    dts: true,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
    hash: false,
  },
  // The command line is one file: loading many small ones costs more than all it does.
  {
    entry: { cli: 'src/cli/bin.ts' },
    platform: 'node',
    target: 'node20.19',
    dts: false,
    clean: false,
    outExtensions: () => ({ js: '.js' }),
    outputOptions: { codeSplitting: false },
    deps: { alwaysBundle: ['commander', 'fzstd'], neverBundle: ['web-tree-sitter', 'xz-decompress'] },
  },
])
