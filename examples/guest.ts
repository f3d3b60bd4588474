import { readFileSync } from 'node:fs'
import { check, defineModule, openKernel, unwrap, withModule } from 'kfuncs'
import definition from './host.ts'

const module = unwrap(await defineModule(definition))
for (const { fault } of module.warnings) console.warn(fault.what)
const host = unwrap(withModule(unwrap(await openKernel('6.12')), module))
for (const path of process.argv.slice(2))
  for (const { program, verdict } of unwrap(check(readFileSync(path), host))) console.log(program, verdict)
