import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests that put something else in a module's place need modules of their own. */
const mocking = ['test/cli/bug.test.ts']

// The others share no state but kernels opened once: modules are loaded once a worker, which halves the run.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^kfuncs$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^kfuncs\/(\w+)$/, replacement: fileURLToPath(new URL('src/$1/index.ts', import.meta.url)) },
    ],
  },
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts', 'examples/apps/**/*.test.ts'],
          exclude: mocking,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'mocking', include: mocking } },
      { extends: true, test: { name: 'testing', include: ['examples/testing/vitest/*.test.ts'], isolate: false } },
    ],
  },
})
