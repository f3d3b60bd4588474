import { readFileSync } from 'node:fs'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'

const machine = createMachine(unwrap(await openKernel('6.12')), {
  insnLimit: 1_000_000,
  memoryLimit: 64 << 20,
  mapEntryLimit: 100_000,
})
const object = readFileSync('examples/18-memory/packet.bpf.o')
const { programs, refused } = unwrap(machine.load(object, { timeMs: 1000, totalInsns: 1_000_000 }))
console.log(programs.size, refused.size)
