// SPDX-License-Identifier: Apache-2.0
// What somebody with strict TypeScript writes on the package: each result used by its type, nothing asserted, nothing cast.
import { check, defineModule, kernelFromModule, openKernel, unwrap, withModule } from 'kfuncs'
import type { Checked, Diagnostic, DiagnosticCode, Fault, Kernel, ModuleDefinition, Result } from 'kfuncs'
import { parseBtf } from 'kfuncs/btf'
import { disassemble } from 'kfuncs/isa'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(yes: Equal<A, B>): void
same<ReturnType<typeof check>, Result<Checked[]>>(true)
same<Checked['verdict'], 'accept' | 'reject' | 'unsupported' | 'load_error'>(true)

/** The verdicts of an object, as a server would answer with them. */
export async function judge(bytes: Uint8Array): Promise<Record<string, string> | Fault> {
  const kernel: Result<Kernel> = await openKernel('6.12')
  if (!kernel.ok) return kernel.fault
  const checked = check(bytes, kernel.value, { name: 'prog.bpf.o' })
  if (!checked.ok) return checked.fault
  const answer: Record<string, string> = {}
  for (const { program, verdict, diagnostic } of checked.value) {
    answer[program] = `${verdict} ${diagnostic === undefined ? '' : say(diagnostic)}`
  }
  return answer
}

function say({ code, message, help }: Diagnostic): string {
  const known: DiagnosticCode = code
  return known === 'KF101' ? 'NULL' : `${known} ${message} ${help.join(' ')}`
}

const host: ModuleDefinition = {
  name: 'host',
  c: '__bpf_kfunc int host_add(int a, int b);',
  register: { BPF_PROG_TYPE_XDP: ['host_add'] },
}
export async function ours(base: Kernel): Promise<Result<Kernel>> {
  const module = await defineModule(host)
  if (!module.ok) return module
  return base.release === '' ? kernelFromModule(module.value) : withModule(base, module.value)
}

/** As a script has it: what must not fail is thrown with its place. */
export async function script(bytes: Uint8Array): Promise<string> {
  const [first] = unwrap(check(bytes, unwrap(await openKernel()), { type: 'xdp' }))
  const type: 'BPF_PROG_TYPE_XDP' | undefined = first?.type === 'BPF_PROG_TYPE_XDP' ? first.type : undefined
  return JSON.stringify({ first, type })
}

export const parts: readonly string[] = [typeof parseBtf, typeof disassemble]
