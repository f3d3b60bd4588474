import { readFileSync } from 'node:fs'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'

const machine = createMachine(unwrap(await openKernel('6.12')))
const { programs } = unwrap(machine.load(readFileSync('examples/18-memory/packet.bpf.o')))
const packet = new Uint8Array(64)
console.log(unwrap(programs.get('header_checked')!.testRun({ data: packet })).retval)
