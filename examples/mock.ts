import { readFileSync } from 'node:fs'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'

const machine = createMachine(unwrap(await openKernel('6.12')), { seed: 1 })
const { programs, maps, refused } = unwrap(machine.load(readFileSync('examples/17-subsystems/crypto.bpf.o')))
const { calls } = machine.mock('bpf_crypto_ctx_create')
const program = programs.get('crypto_create')!
console.log(unwrap(program.testRun({ ctx: new Uint8Array(0) })).retval, calls.length, maps.size, refused.size)
