// SPDX-License-Identifier: Apache-2.0
// --jobs: objects shared out among worker threads, printed in the order they were given. A worker tells of each program as it is begun and
// as it is judged, so one that dies (out of memory, a crash, no end) costs the program it was at: that is told, another worker goes on
// with the rest of the object.
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { explainLimit, explainUnjudged, type Outcome, type Trouble } from '../explain/index.ts'
import type { Limit } from '../fault/index.ts'
import type { Unknown } from '../object/index.ts'
import { type Begun, checkObject, judging, type Listener } from './check-object.ts'
import { kernelOf } from './kernel.ts'
import type { JudgeFlags } from './flags.ts'
import { UsageError } from './usage.ts'

type Said =
  | { readonly outcome: Outcome }
  | { readonly trouble: Trouble }
  | { readonly absent: readonly string[] }
  | { readonly unset: readonly Unknown[] }
type Message =
  | 'ready'
  | { readonly usage: string }
  | { readonly begin: Begun }
  | { readonly said: Said }
  | { readonly done: true }

/** MiB of heap for a worker, where nothing else is asked for. */
const WORKER_MEMORY = 2048
/** Beside what --max-memory allows a walk: the kernel's types, the object, the walk's own garbage. */
const OWN_MEMORY = 256
/** A program may end itself in time; a worker that has not said a word for so much longer is ended. */
const GRACE_MS = 5000

/** An object to judge: what is known of it so far. */
interface Job {
  readonly path: string
  readonly said: Said[]
  /** The program to begin with. */
  from: number
  /** The program under way. */
  begun: Begun | undefined
  done: boolean
}

export async function checkInWorkers(
  paths: readonly string[],
  flags: JudgeFlags,
  jobs: number,
  listener: Listener,
): Promise<void> {
  const queue = paths.map((path): Job => ({ path, said: [], from: 0, begun: undefined, done: false }))
  const print = printerOf(queue, listener)
  let given = 0
  const next = (): Job | undefined => queue[given++]
  await Promise.all(Array.from({ length: jobs }, () => line(flags, next, { print, begin: listener.begin })))
}

/** Prints what is said in the objects' order, as soon as those before are done. */
function printerOf(queue: readonly Job[], { take, fail, absent, unset, done }: Listener): () => void {
  let at = 0
  let told = 0
  return () => {
    for (let job = queue[at]; job !== undefined; job = queue[++at], told = 0) {
      for (; told < job.said.length; told++) {
        const one = job.said[told]!
        if ('outcome' in one) take(one.outcome)
        else if ('trouble' in one) fail(one.trouble)
        else if ('unset' in one) unset?.(one.unset)
        else absent?.(one.absent)
      }
      if (!job.done) return
      done?.()
    }
  }
}

/** Whom a worker's words go to. */
interface Told {
  /** Something more was said of a job. */
  readonly print: () => void
  readonly begin: Listener['begin']
}

/** One worker after the other, as long as there are objects. */
async function line(flags: JudgeFlags, next: () => Job | undefined, told: Told): Promise<void> {
  let job = next()
  while (job !== undefined) {
    const left = await work(flags, job, next, told)
    if (left === undefined) return
    mourn(left.job, left.why)
    told.print()
    job = left.job.done ? next() : left.job
  }
}

/** A worker died over a program, or over an object none of whose programs it had come to. */
function mourn(job: Job, why: string | Limit): void {
  const { begun } = job
  if (begun === undefined) {
    const message = `${job.path}: ${typeof why === 'string' ? why : 'limit reached while it was read'}`
    job.said.push({ trouble: { kind: 'open_error', object: job.path, message } })
    job.done = true
    return
  }
  const { index, ...about } = begun
  const common = { ...about, verdict: 'unsupported' as const, kfuncs: [], warnings: [] }
  const outcome: Outcome =
    typeof why === 'string'
      ? { ...common, diagnostic: explainUnjudged(why) }
      : { ...common, limit: why, diagnostic: explainLimit(why) }
  job.said.push({ outcome })
  job.from = index + 1
  job.begun = undefined
}

/** Runs one worker until there are no more objects (undefined), or it dies: over which, and why. */
function work(
  flags: JudgeFlags,
  first: Job,
  next: () => Job | undefined,
  { print, begin }: Told,
): Promise<{ readonly job: Job; readonly why: string | Limit } | undefined> {
  return new Promise((resolve, reject) => {
    const { timeout } = flags
    const memory = flags.maxMemory === undefined ? WORKER_MEMORY : flags.maxMemory + OWN_MEMORY
    const worker = new Worker(new URL(import.meta.url), {
      workerData: flags,
      resourceLimits: { maxOldGenerationSizeMb: memory },
    })
    let job: Job | undefined = first
    let watch: NodeJS.Timeout | undefined
    const end = (settle: () => void): void => {
      clearTimeout(watch)
      worker.removeAllListeners()
      worker.on('error', () => undefined)
      worker.terminate().then(settle, settle)
    }
    const dies = (why: string | Limit): void => {
      const over = job
      end(() => (over === undefined ? resolve(undefined) : resolve({ job: over, why })))
    }
    const awaitWord = (): void => {
      clearTimeout(watch)
      if (timeout === undefined) return
      const limit: Limit = { name: 'timeMs', value: timeout * 1000, reached: 'the worker did not answer' }
      watch = setTimeout(() => dies(limit), timeout * 1000 + GRACE_MS)
    }
    const give = (): void => {
      awaitWord()
      if (job === undefined) end(() => resolve(undefined))
      else worker.postMessage({ path: job.path, from: job.from })
    }
    // the error may overtake what was said before it, which program was begun among it: only at the exit is all of it here
    let cause: string | Limit | undefined
    worker.on('error', (error: NodeJS.ErrnoException) => {
      cause =
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { name: 'maxMemory', value: memory * 2 ** 20, reached: 'the worker ran out of memory' }
          : `the worker died: ${error.message}`
    })
    worker.on('exit', (code) => dies(cause ?? `the worker ended with status ${code}`))
    worker.on('message', (message: Message) => {
      if (message === 'ready') return give()
      if ('usage' in message) return end(() => reject(new UsageError(message.usage)))
      if (job === undefined) return
      awaitWord()
      if ('begin' in message) {
        job.begun = message.begin
        begin?.(message.begin)
      } else if ('said' in message) {
        job.said.push(message.said)
        job.begun = undefined
      } else {
        job.done = true
        job = next()
        give()
      }
      print()
    })
  })
}

/** A worker: its own kernel, then one object after the other. */
export async function serve(): Promise<void> {
  const flags = workerData as JudgeFlags
  const port = parentPort!
  const tell = (message: Message): void => port.postMessage(message)
  try {
    const how = judging(await kernelOf(flags), flags)
    port.on('message', async ({ path, from }: { path: string; from: number }) => {
      const say = (said: Said): void => tell({ said })
      const listener: Listener = {
        begin: (begin) => tell({ begin }),
        take: (outcome) => say({ outcome: sendable(outcome) }),
        fail: (trouble) => say({ trouble }),
        absent: (absent) => say({ absent }),
        unset: (unset) => say({ unset }),
      }
      await checkObject(path, how, listener, from)
      tell({ done: true })
    })
    tell('ready')
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    tell({ usage: error.message })
  }
}

/** Without the path: nobody reads it there. */
function sendable(outcome: Outcome): Outcome {
  const { report, ...rest } = outcome
  if (report === undefined) return rest
  return { ...rest, report: report.verdict === 'reject' ? { ...report, path: [] } : report }
}
