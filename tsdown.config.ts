// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from 'tsdown'
import {
  asciiOnly,
  packagedForAll,
  packagedForNode,
  vendored,
  vendoredForBrowsers,
  writeNotices,
  writePackagedFiles,
} from './scripts/packaged-files.ts'

const parts = [
  'binary',
  'btf',
  'cdecl',
  'explain',
  'fault',
  'isa',
  'kernel',
  'kfunc',
  'object',
  'runtime',
  'uapi',
  'verifier',
]

/** Names that stacks tell stay. */
const withoutSpace = {
  compress: false,
  mangle: { toplevel: false, keepNames: true },
  codegen: { removeWhitespace: true },
} as const

/** No comments that say which file a line is of. */
const plain = { checks: { pluginTimings: false }, experimental: { attachDebugInfo: 'none' } } as const

export default defineConfig([
  {
    entry: { index: 'src/index.ts', ...Object.fromEntries(parts.map((part) => [part, `src/${part}/index.ts`])) },
    platform: 'neutral',
    target: 'es2023',
    dts: true,
    // Chunks carry a hash in their names: many of ours are called index, as the entry is.
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
    plugins: [packagedForAll],
    hooks: {
      'build:done'() {
        writePackagedFiles('dist')
        writeNotices('dist')
      },
    },
    inputOptions: plain,
    // what documents the functions is in the types beside them
    outputOptions: { comments: { legal: true, annotation: true, jsdoc: false } },
  },
  {
    entry: Object.fromEntries(vendored.map((name) => [name, name])),
    outDir: 'dist/vendor',
    platform: 'browser',
    target: 'es2023',
    dts: false,
    outExtensions: () => ({ js: '.js' }),
    // nobody reads others' code here
    outputOptions: { minify: withoutSpace },
    plugins: [vendoredForBrowsers],
    inputOptions: plain,
  },
  // The command line is one file: loading many small ones costs more than all it does. Reading it is a quarter of a cold check, so names
  // that no stack tells (locals) are short.
  {
    entry: { cli: 'src/cli/bin.ts' },
    platform: 'node',
    target: 'node20.19',
    dts: false,
    clean: false,
    outExtensions: () => ({ js: '.js' }),
    outputOptions: {
      codeSplitting: false,
      minify: withoutSpace,
    },
    deps: { alwaysBundle: ['commander', 'tinyglobby', 'fdir', 'picomatch'] },
    plugins: [packagedForNode, asciiOnly],
    inputOptions: plain,
  },
])
