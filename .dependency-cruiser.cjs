// SPDX-License-Identifier: Apache-2.0
// The floors of the house: a file imports from its own floor or from below, and enters another folder through its index.ts.
const floors = [
  ['fault'],
  ['binary', 'isa', 'schema'],
  ['btf', 'uapi', 'cdecl'],
  ['kfunc', 'object'],
  ['kernel'],
  ['verifier', 'jit'],
  ['runtime', 'explain', 'lint'],
  ['cli'],
]

/** Inside the verifier; `log`, `facts` and the files that stand free are above them all. */
const verifierFloors = ['violations', 'scalar', 'state', 'program', 'ahead', 'engine', 'access', 'call', 'explore']

const upwardInVerifier = verifierFloors.flatMap((folder, floor) => ({
  name: `verifier-${folder}-imports-down`,
  comment: `${folder} knows nothing of what stands above it in the verifier`,
  severity: 'error',
  from: { path: `^src/verifier/${folder}/` },
  to: { path: `^src/verifier/((${[...verifierFloors.slice(floor + 1), 'log', 'facts'].join('|')})/|[^/]+\\.ts$)` },
}))

/** Who is told of a walk knows the engine that tells, not how loads, calls and jumps are judged; nor one another. */
const observers = ['log', 'facts'].map((folder) => ({
  name: `verifier-${folder}-observes`,
  comment: `${folder} is told of a walk, and takes no part in it`,
  severity: 'error',
  from: { path: `^src/verifier/${folder}/` },
  to: { path: `^src/verifier/(access|call|explore|${folder === 'log' ? 'facts' : 'log'})/` },
}))

const upward = floors.flatMap((folders, floor) => {
  const above = floors.slice(floor + 1).flat()
  return above.length === 0
    ? []
    : [
        {
          name: `floor-${floor}-imports-down`,
          comment: `${folders.join(', ')} know nothing of the floors above`,
          severity: 'error',
          from: { path: `^src/(${folders.join('|')})/` },
          to: { path: `^src/((${above.join('|')})/|[^/]+\\.ts$)`, pathNot: '^src/(platform|packaged)\\.ts$' },
        },
      ]
})

module.exports = {
  forbidden: [
    ...upward,
    ...upwardInVerifier,
    ...observers,
    {
      name: 'through-the-index',
      comment: "another folder is entered through its index.ts",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/([^/]+)/.+', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'no-circular-in-verifier',
      comment: 'not even for types',
      severity: 'error',
      from: { path: '^src/verifier/' },
      to: { circular: true },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'no-node-below-cli',
      comment: 'the core runs in a browser',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'only-what-is-bundled',
      comment: 'the package depends on nothing: what it uses is bundled into it (docs/dependencies.md), and is small and well kept',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'unknown', 'undetermined'],
        pathNot: '^node_modules/(@noble/ciphers|@noble/hashes|commander|fzstd|tinyglobby|valibot|web-tree-sitter|xz-decompress)/',
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
}
