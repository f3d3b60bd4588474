// SPDX-License-Identifier: Apache-2.0
// --jobs: objects shared out among worker threads, printed in the order they were given.
import { parentPort, Worker, workerData } from 'node:worker_threads'
import type { Outcome } from '../explain/index.ts'
import { checkObject, type Listener } from './check-object.ts'
import { kernelOf } from './kernel.ts'
import type { CheckFlags } from './main.ts'
import { UsageError } from './usage.ts'

type Said =
  | { readonly outcome: Outcome }
  | { readonly trouble: string }
  | { readonly absent: readonly string[] }
  | { readonly bug: string }
interface Answer {
  readonly index: number
  readonly said: readonly Said[]
}

export async function checkInWorkers(
  paths: readonly string[],
  flags: CheckFlags,
  jobs: number,
  { take, trouble, absent, done, bug }: Listener,
): Promise<void> {
  const answers: (readonly Said[] | undefined)[] = paths.map(() => undefined)
  let given = 0
  let printed = 0
  const print = (): void => {
    for (; printed < paths.length; printed++) {
      const said = answers[printed]
      if (said === undefined) return
      for (const one of said) {
        if ('outcome' in one) take(one.outcome)
        else if ('trouble' in one) trouble(one.trouble)
        else if ('bug' in one) bug(one.bug)
        else absent?.(one.absent)
      }
      done?.()
    }
  }
  await Promise.all(
    Array.from(
      { length: jobs },
      () =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: flags })
          const give = (): void => {
            if (given < paths.length) worker.postMessage({ index: given, path: paths[given++] })
            else worker.terminate().then(() => resolve(), reject)
          }
          worker.on('error', reject)
          worker.on('message', (answer: Answer | { readonly usage: string } | 'ready') => {
            if (answer === 'ready') return give()
            if ('usage' in answer) return reject(new UsageError(answer.usage))
            answers[answer.index] = answer.said
            print()
            give()
          })
        }),
    ),
  )
}

/** A worker: its own kernel, then one object after the other. */
export async function serve(): Promise<void> {
  const flags = workerData as CheckFlags
  const port = parentPort!
  try {
    const kernel = await kernelOf(flags)
    port.on('message', ({ index, path }: { index: number; path: string }) => {
      const said: Said[] = []
      checkObject(path, kernel, flags, {
        take: (outcome) => said.push({ outcome: sendable(outcome) }),
        trouble: (trouble) => said.push({ trouble }),
        absent: (absent) => said.push({ absent }),
        bug: (bug) => said.push({ bug }),
      })
      port.postMessage({ index, said } satisfies Answer)
    })
    port.postMessage('ready')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    port.postMessage({ usage: error.message })
  }
}

/** Without the registers along the path and the linked program: they refer to whole kernels. */
function sendable(outcome: Outcome): Outcome {
  const { linked: _, report, ...rest } = outcome as Outcome & { linked?: unknown }
  if (report === undefined) return rest
  return { ...rest, report: report.verdict === 'reject' ? { ...report, path: [] } : report }
}
