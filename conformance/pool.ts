// SPDX-License-Identifier: Apache-2.0
// Two workers with a kernel each; a program that takes too long costs its worker, not the run.
import { parentPort, Worker } from 'node:worker_threads'
import { type Answer, judge } from './judge.ts'
import { labKernel } from './lab.ts'

export interface Task {
  readonly path: string
  readonly prog: string
  readonly type?: string
  readonly flags?: number
  readonly coreTypes?: string
  readonly facts?: boolean
  /** `formatMutant` */
  readonly mutant?: string
}

/** Judges every task; `seen` hears of each as it is done. Answers come in the tasks' order. */
export async function judgeAll(
  tasks: readonly Task[],
  { jobs = 2, limit = 120_000, seen = (_done: number) => {} } = {},
): Promise<Answer[]> {
  const answers: Answer[] = []
  let next = 0
  let done = 0
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), {
        argv: process.argv.slice(2),
        resourceLimits: { maxOldGenerationSizeMb: 3000 },
      })
      let current = -1
      let timer: NodeJS.Timeout | undefined
      const give = (): void => {
        clearTimeout(timer)
        if (next >= tasks.length) {
          worker.removeAllListeners()
          worker.terminate().then(() => resolve(), reject)
          return
        }
        current = next++
        timer = setTimeout(() => lose('timeout', `no answer in ${limit / 1000} s`), limit)
        worker.postMessage(tasks[current])
      }
      const lose = (verdict: 'timeout' | 'crash', message: string): void => {
        clearTimeout(timer)
        worker.removeAllListeners()
        if (current < 0) return reject(new Error(message))
        answers[current] = { verdict, message, rule: '', insn: -1, insns: 0, states: 0, ms: limit, log: [] }
        seen(++done)
        worker.terminate().then(run).then(resolve, reject)
      }
      worker.on('error', (error) => lose('crash', String(error)))
      worker.on('message', (answer: Answer | 'ready') => {
        if (answer !== 'ready') {
          answers[current] = answer
          seen(++done)
        }
        give()
      })
    })
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, run))
  return answers
}

/** A worker's whole life: opens its kernel, then judges what it is given. */
export async function serve(): Promise<void> {
  const kernel = await labKernel()
  parentPort!.on('message', ({ path, prog, ...options }: Task) => {
    parentPort!.postMessage(judge(kernel, path, prog, options))
  })
  parentPort!.postMessage('ready')
}
