// SPDX-License-Identifier: Apache-2.0
// Two workers with a kernel each; a program that takes too long costs its worker, not the run.
import { parentPort, Worker } from 'node:worker_threads'
import { type Answer, judge } from './judge.ts'
import { labKernel } from './lab.ts'
import { type Asked, runOurs } from './runs/ours.ts'
import { runSanitized } from './runs/sanitized.ts'
import type { AskedSanitized } from './sanitize.ts'

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
export function judgeAll(
  tasks: readonly Task[],
  { jobs = 2, limit = 120_000, seen = (_done: number) => {} } = {},
): Promise<Answer[]> {
  const lost = (verdict: Loss, message: string): Answer => ({
    verdict,
    message,
    rule: '',
    insn: -1,
    insns: 0,
    states: 0,
    ms: limit,
    log: [],
  })
  return workAll<Task, Answer>(tasks, { jobs, limit, seen, lost })
}

type Loss = 'timeout' | 'crash'

interface Work<T, A> {
  readonly jobs: number
  /** Milliseconds for one task. */
  readonly limit: number
  readonly seen?: (done: number) => void
  /** The answer to a task that its worker did not survive. */
  readonly lost: (how: Loss, message: string, task: T) => A
}

/** Gives the tasks to workers, which `serve` them. Answers come in the tasks' order. */
export async function workAll<T, A>(tasks: readonly T[], { jobs, limit, seen, lost }: Work<T, A>): Promise<A[]> {
  const answers: A[] = []
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
      const lose = (how: Loss, message: string): void => {
        clearTimeout(timer)
        worker.removeAllListeners()
        if (current < 0) return reject(new Error(message))
        answers[current] = lost(how, message, tasks[current]!)
        seen?.(++done)
        worker.terminate().then(run).then(resolve, reject)
      }
      worker.on('error', (error) => lose('crash', String(error)))
      worker.on('message', (answer: A | 'ready') => {
        if (answer !== 'ready') {
          answers[current] = answer
          seen?.(++done)
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
  parentPort!.on('message', (task: Task | Asked | AskedSanitized) => {
    if ('chance' in task) return parentPort!.postMessage(runSanitized(kernel, task, task.chance))
    if ('rows' in task) return parentPort!.postMessage(runOurs(kernel, task))
    const { path, prog, ...options } = task
    parentPort!.postMessage(judge(kernel, path, prog, options))
  })
  parentPort!.postMessage('ready')
}
