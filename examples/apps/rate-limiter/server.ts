// SPDX-License-Identifier: Apache-2.0
// An HTTP server whose users upload their own rate limiters: PUT /limiter takes an object, every other request is judged by it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { defineModule, explain, kernelFromModule, unwrap } from 'kfuncs'
import { createMachine, type LoadedProgram } from 'kfuncs/runtime'
import { gateway, type Session } from './gateway.ts'

/** `struct request` of gateway.h. */
function requestBytes(session: number, size: number, path: string): Uint8Array {
  const bytes = new Uint8Array(40)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, session, true)
  view.setUint32(4, size, true)
  bytes.set(new TextEncoder().encode(path).subarray(0, 31), 8)
  return bytes
}

export async function gatewayServer(sessions: Map<number, Session>): Promise<Server> {
  // nothing of Linux is in reach of these programs: the gateway's kfuncs are all there are
  const kernel = unwrap(kernelFromModule(unwrap(await defineModule(gateway(sessions)))))
  let limiter: LoadedProgram | undefined

  /** What is wrong with the upload; undefined: it judges from now on. */
  function upload(object: Uint8Array, name: string): string | undefined {
    const machine = createMachine(kernel, { memoryLimit: 1 << 20 })
    const loaded = machine.load(object, { programs: [name] })
    if (!loaded.ok) return loaded.fault.what
    const refusal = loaded.value.refused.get(name)
    if (refusal?.kind === 'fault') return refusal.fault.what
    if (refusal?.kind === 'report') {
      const diagnostic = explain(refusal.report, refusal.linked, kernel)
      return diagnostic === undefined ? 'it is not accepted' : `${diagnostic.message}\n${diagnostic.help ?? ''}\n`
    }
    const program = loaded.value.programs.get(name)
    if (program === undefined) return `the object has no program ${name}`
    limiter = program
    return undefined
  }

  function judge(request: IncomingMessage): number {
    const id = Number(request.headers['x-session'] ?? 0)
    const session = sessions.get(id)
    if (session !== undefined) session.requests++
    if (limiter === undefined) return 200
    return unwrap(limiter.testRun({ ctx: requestBytes(id, 0, request.url ?? '/') })).retval
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gateway')
    if (request.method !== 'PUT' || pathname !== '/limiter') {
      response.writeHead(judge(request)).end()
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const wrong = upload(Buffer.concat(chunks), searchParams.get('program') ?? 'by_cost')
    response.writeHead(wrong === undefined ? 204 : 422).end(wrong)
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })
}
