// SPDX-License-Identifier: Apache-2.0
// The gateway on a port of this machine, with three sessions that have a few tokens each: node main.ts [PORT]
import { gatewayServer } from './server.ts'

const port = Number(process.argv[2] ?? 8080)
const sessions = new Map([1, 2, 3].map((id) => [id, { id, agent: 'curl', requests: 0, tokens: 7 }]))
const server = await gatewayServer(sessions)
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))
