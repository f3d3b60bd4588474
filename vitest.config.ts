import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests share no state but kernels opened once: modules are loaded once a worker, which halves the run.
export default defineConfig({
  resolve: { alias: [{ find: /^kfuncs$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) }] },
  test: { include: ['test/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000, maxWorkers: 2, isolate: false },
})
