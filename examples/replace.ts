import { readFileSync } from 'node:fs'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'

const machine = createMachine(unwrap(await openKernel('6.12')))
const target = unwrap(machine.load(readFileSync('test/runtime/programs/replaced.bpf.o'))).programs.get('calls')!
const object = readFileSync('test/runtime/programs/replaces.bpf.o')
const { programs } = unwrap(machine.load(object, { programs: ['sum_product'], attachTo: target }))
const attachment = unwrap(programs.get('sum_product')!.attach())
console.log(unwrap(target.testRun({ data: new Uint8Array(64) })).retval)
attachment.detach()
