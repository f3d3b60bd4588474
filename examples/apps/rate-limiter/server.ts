// SPDX-License-Identifier: Apache-2.0
// An HTTP server whose users upload their own rate limiters: PUT /limiter takes an object, every other request is judged by it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { defineModule, explain, kernelFromModule, unwrap } from 'kfuncs'
import { deprecationWarnings } from 'kfuncs/explain'
import { createMachine, type LoadedProgram } from 'kfuncs/runtime'
import { type Billing, gateway, type Session } from './gateway.ts'

/** `struct request` of gateway.h. */
function requestBytes(session: number, size: number, path: string): Uint8Array {
  const bytes = new Uint8Array(40)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, session, true)
  view.setUint32(4, size, true)
  bytes.set(new TextEncoder().encode(path).subarray(0, 31), 8)
  return bytes
}

/** What one limiter may take: it is a stranger's. */
const limits = { memoryLimit: 1 << 20, insnLimit: 100_000, mapEntryLimit: 10_000 }
const judging = { timeMs: 1000, totalInsns: 200_000 }

interface Limiter {
  readonly program: LoadedProgram
  /** Requests that it judges now. */
  readonly running: Set<Promise<unknown>>
  unload(): void
}

export async function gatewayServer(sessions: Map<number, Session>, billing?: Billing): Promise<Server> {
  // nothing of Linux is in reach of these programs: the gateway's kfuncs are all there are
  const kernel = unwrap(kernelFromModule(unwrap(await defineModule(gateway(sessions, billing)))))
  let limiter: Limiter | undefined

  /** 204, or 200 with warnings: it judges from now on. 422: what is wrong with it. */
  async function upload(object: Uint8Array, name: string): Promise<{ status: number; text?: string }> {
    const refuse = (text: string) => ({ status: 422, text })
    // a machine of its own: limiters share nothing
    const machine = createMachine(kernel, limits)
    const loaded = machine.load(object, { programs: [name], ...judging })
    if (!loaded.ok) return refuse(loaded.fault.what)
    const refusal = loaded.value.refused.get(name)
    if (refusal?.kind === 'fault') return refuse(refusal.fault.what)
    if (refusal?.kind === 'report') {
      const diagnostic = explain(refusal.report, refusal.linked, kernel)
      return refuse(
        diagnostic === undefined ? 'it is not accepted' : `${diagnostic.message}\n${diagnostic.help ?? ''}\n`,
      )
    }
    const program = loaded.value.programs.get(name)
    if (program === undefined) return refuse(`the object has no program ${name}`)
    const before = limiter
    limiter = { program, running: new Set(), unload: loaded.value.unload }
    // what it kept of sessions is given back, once nobody is judged by it any more
    await Promise.allSettled(before?.running ?? [])
    before?.unload()
    const warnings = deprecationWarnings(program.linked, kernel)
    return warnings.length === 0 ? { status: 204 } : { status: 200, text: warnings.join('\n') }
  }

  async function judge(request: IncomingMessage): Promise<number> {
    const id = Number(request.headers['x-session'] ?? 0)
    const session = sessions.get(id)
    if (session !== undefined) session.requests++
    if (limiter === undefined) return 200
    const { program, running } = limiter
    const run = program.testRunAsync({ ctx: requestBytes(id, 0, request.url ?? '/') })
    running.add(run)
    try {
      const ended = await run
      if (!ended.ok) console.error(`${program.name}: ${ended.fault.what}`)
      return ended.ok ? ended.value.retval : 503
    } finally {
      running.delete(run)
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway')
    if (request.method !== 'PUT' || pathname !== '/limiter') {
      response.writeHead(await judge(request)).end()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { status, text } = await upload(Buffer.concat(chunks), searchParams.get('program') ?? 'by_cost')
    response.writeHead(status).end(text)
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })
}
