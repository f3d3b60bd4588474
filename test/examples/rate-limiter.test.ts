// SPDX-License-Identifier: Apache-2.0
// examples/apps/rate-limiter, as its README says: limiters are uploaded, requests are judged by them.
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Session } from '../../examples/apps/rate-limiter/gateway.ts'
import { gatewayServer } from '../../examples/apps/rate-limiter/server.ts'

const object = readFileSync('examples/apps/rate-limiter/limiter.bpf.o')
let server: Server
let sessions: Map<number, Session>
let base: string

beforeEach(async () => {
  sessions = new Map(
    [1, 2, 3, 4, 5].map((id) => [id, { id, agent: id === 2 ? 'bot/1.0' : 'browser', requests: 0, tokens: 7 }]),
  )
  server = await gatewayServer(sessions)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

const upload = (program: string) => fetch(`${base}/limiter?program=${program}`, { method: 'PUT', body: object })
const ask = async (session: number, path = '/') =>
  (await fetch(base + path, { headers: { 'x-session': String(session) } })).status

test('a limiter takes tokens of the session that asks', async () => {
  expect((await upload('by_cost')).status).toBe(204)
  expect([await ask(1, '/search'), await ask(1, '/'), await ask(1, '/'), await ask(1, '/')]).toEqual([
    200, 200, 200, 429,
  ])
  expect(sessions.get(1)?.tokens).toBe(0)
  expect(await ask(3)).toBe(200)
  expect(await ask(99)).toBe(401)
})

test('one that forgets to give a session back is refused, with what to change', async () => {
  const answer = await upload('leaky')
  expect(answer.status).toBe(422)
  const text = await answer.text()
  expect(text).toContain('Unreleased reference')
  expect(text).toContain('session_put')
  // the one before goes on
  expect(await ask(99)).toBe(200)
})

test('bytes that are no object are told', async () => {
  const answer = await fetch(`${base}/limiter`, { method: 'PUT', body: 'hello' })
  expect(answer.status).toBe(422)
  expect(await answer.text()).toContain('ELF')
})

test('a sized buffer is filled, fields of the session are read', async () => {
  expect((await upload('by_agent')).status).toBe(204)
  const bot = []
  for (let i = 0; i < 12; i++) bot.push(await ask(2))
  expect(bot).toEqual([...Array(10).fill(200), 429, 429])
  expect(await ask(1)).toBe(200)
})

test('sessions are iterated over', async () => {
  expect((await upload('by_load')).status).toBe(204)
  expect(await ask(1)).toBe(200)
  for (const session of sessions.values()) session.requests = 60
  expect(await ask(1)).toBe(503)
  sessions.get(3)!.requests = 0
  sessions.get(4)!.requests = 0
  expect(await ask(1)).toBe(200)
})
