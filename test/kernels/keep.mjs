// SPDX-License-Identifier: Apache-2.0
// node keep.mjs KEPT NEW: the oracle's rows of NEW into KEPT, in place of those of the same objects; of each what a verdict is made of.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const [kept, fresh] = process.argv.slice(2)
const read = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const rows = read(fresh).map(
  ({ obj, prog, sec, verdict, stage, errno, msg, log_tail, libbpf, verified_insns, total_states }) => ({
    obj,
    prog,
    sec,
    verdict,
    stage,
    errno,
    // what follows the message of an endless loop are the two states
    msg: msg?.startsWith('old state: ') ? (/^infinite loop detected.*$/m.exec(log_tail ?? '')?.[0] ?? msg) : msg,
    libbpf: libbpf?.split('\n').findLast((line) => line.startsWith('libbpf: ') && !line.includes('failed to load')),
    insns: verified_insns,
    states: total_states,
  }),
)
const renewed = new Set(rows.map(({ obj }) => obj))
const old = existsSync(kept) ? read(kept).filter(({ obj }) => !renewed.has(obj)) : []
const all = [...old, ...rows].sort((a, b) => (`${a.obj} ${a.prog}` < `${b.obj} ${b.prog}` ? -1 : 1))
writeFileSync(kept, all.map((row) => `${JSON.stringify(row)}\n`).join(''))
