// SPDX-License-Identifier: Apache-2.0
// As the README says: limiters are uploaded, requests are judged by them.
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Session } from './gateway.ts'
import { gatewayServer } from './server.ts'

const object = readFileSync(new URL('limiter.bpf.o', import.meta.url))
let server: Server
let sessions: Map<number, Session>
let base: string
/** What billing answers, and when. */
let plans: (id: number) => Promise<number>

beforeEach(async () => {
  sessions = new Map(
    [1, 2, 3, 4, 5].map((id) => [id, { id, agent: id === 2 ? 'bot/1.0' : 'browser', requests: 0, tokens: 7 }]),
  )
  plans = async () => 100
  server = await gatewayServer(sessions, ({ id }) => plans(id))
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

test('a session is kept in a map, and given back when the limiter goes', async () => {
  expect((await upload('by_turns')).status).toBe(204)
  expect([await ask(1), await ask(1), await ask(2), await ask(1)]).toEqual([200, 429, 200, 200])
  expect((await upload('by_cost')).status).toBe(204)
  expect(await ask(1)).toBe(200)
})

test('a limiter waits for billing, and others are judged meanwhile', async () => {
  expect((await upload('by_plan')).status).toBe(204)
  let answer: (most: number) => void = () => {}
  plans = (id) => (id === 1 ? new Promise((resolve) => (answer = resolve)) : Promise.resolve(id === 2 ? 0 : 100))
  const slow = ask(1)
  expect(await ask(2)).toBe(429)
  expect(await ask(3)).toBe(200)
  // the one that waits keeps its limiter until it is through
  const next = upload('by_cost')
  answer(100)
  expect(await slow).toBe(200)
  expect((await next).status).toBe(204)
  plans = () => Promise.reject(new Error('billing is down'))
  expect((await upload('by_plan')).status).toBe(204)
  expect(await ask(3)).toBe(500)
})

test('a deprecated kfunc is warned of', async () => {
  const answer = await upload('by_what_is_left')
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('session_take(session, 0)')
  expect(await ask(1)).toBe(200)
})

test('one that runs for long is stopped', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect((await upload('endless')).status).toBe(204)
  expect(await ask(1)).toBe(503)
  expect(told.mock.calls.join()).toContain('insnLimit')
  told.mockRestore()
  expect((await upload('by_cost')).status).toBe(204)
  expect(await ask(1)).toBe(200)
})
