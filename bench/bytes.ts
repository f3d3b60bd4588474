// SPDX-License-Identifier: Apache-2.0
// Bytes that an instruction allocates, and who allocates them, once V8 has compiled the verifier; the memory of a cold command. The same
// programs as `verify`, without the native one. LAB=.lab npm run bench -- bytes [NAME]
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lab, value } from '../conformance/lab.ts'
import { openKernel } from '../src/kernel/index.ts'
import { verify } from '../src/verifier/index.ts'
import { allocatedWarm, costOf } from './measure.ts'
import { bytesBound, entrant, peakBound, programs } from './verify.ts'

const told = 8

export async function bytes(wanted = ''): Promise<boolean> {
  const corpus = join(lab, 'corpus', 'v3')
  if (!existsSync(corpus)) {
    console.log(`  no laboratory in ${lab}: not measured`)
    return true
  }
  const kernel = value(await openKernel('6.12'))
  let within = true
  console.log('   insns  bytes/insn   MB  program, and who allocates most')
  for (const [object, prog] of programs) {
    if (!`${object} ${prog}`.includes(wanted)) continue
    const { path, linked, insns } = entrant(join(corpus, `${object}.bpf.o`), prog, kernel)
    const { bytes: all, by } = await allocatedWarm(() => verify(linked, kernel))
    const { megabytes } = costOf(['bin/kfuncs.cjs', 'check', '--prog', prog, path], 1)
    const perInsn = all / insns
    if (perInsn > bytesBound || megabytes > peakBound) within = false
    const most = by.slice(0, told).map(({ name, bytes: own }) => `${name} ${(own / insns).toFixed(0)}`)
    console.log(
      `  ${String(insns).padStart(6)} ${perInsn.toFixed(0).padStart(11)} ${megabytes.toFixed(0).padStart(4)}  ${object} ${prog}: ${most.join(', ')}`,
    )
  }
  console.log(`  at most ${bytesBound} bytes an instruction, ${peakBound} MB`)
  return within
}
