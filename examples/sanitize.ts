import { readFileSync } from 'node:fs'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine, SanitizerError } from 'kfuncs/runtime'

const machine = createMachine(unwrap(await openKernel('6.12')), { sanitize: true })
const { programs } = unwrap(machine.load(readFileSync('examples/18-memory/packet.bpf.o')))
try {
  console.log(unwrap(programs.get('header_checked')!.testRun({ data: new Uint8Array(64) })).retval)
} catch (error) {
  if (error instanceof SanitizerError) console.log(error.report.insn, error.report.registers)
}
