// SPDX-License-Identifier: Apache-2.0
// Every rule gate and a program that flips with it (gates/gates.json): real kernels on both sides of where the gate opens say different
// things of it, which its filetest, or the folder of judged objects it is in, holds us to; and with that one gate turned we no longer say
// what they say. A program that older kernels cannot load has one side.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadC } from '../../src/cdecl/index.ts'
import { gateOpen, type Kernel, openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'
import { ruleGates } from '../../src/verifier/program/rules.ts'
import { buildProgram } from './filetest/build.ts'
import { fileTests } from './filetest/files.ts'
import { ourAnswer } from './filetest/our-answer.ts'
import gates from './gates/gates.json' with { type: 'json' }
import verdicts from './gates/verdicts.json' with { type: 'json' }

const [OLD, NEW] = ['6.12', '7.3']
const reader = await loadC()
if (!reader.ok) throw new Error(reader.fault.what)
const c = reader.value
const kernels = new Map<string, Kernel>()
for (const name of [OLD, NEW]) {
  const opened = await openKernel(name)
  if (!opened.ok) throw new Error(opened.fault.what)
  kernels.set(name, opened.value)
}
const files = fileTests()

/** The kernel, but for one gate. */
function turned(kernel: Kernel, gate: string): Kernel {
  const other = Object.create(kernel) as Kernel
  return Object.assign(other, { gate: (name: string) => (name === gate) !== kernel.gate(name) })
}

/** What we say of a program by one kernel's rules, one gate turned; undefined where that kernel is not asked about it. */
type Say = (release: string, gate?: string) => string | undefined

/** `FILE | TITLE` of a filetest, or `FOLDER OBJECT PROGRAM` of judged objects. */
function sayOf(program: string): Say {
  const [path, title] = program.split(' | ')
  return title === undefined ? ofObject(program) : ofFiletest(path!, title)
}

function ofFiletest(path: string, title: string): Say {
  const program = files.find((file) => file.path === path)?.programs.find((one) => one.title === title)
  if (program === undefined) throw new Error(`no filetest is ${path} | ${title}`)
  return (release, gate) => {
    if (!program.kernels.includes(release)) return undefined
    const kernel = kernels.get(release)!
    const built = buildProgram(program, kernel, c)
    const answer = ourAnswer(program, release, built, gate === undefined ? kernel : turned(kernel, gate))
    const { verdict, message, at } = answer
    // how long the walk is tells only where the program says that it is held
    return [
      verdict,
      message,
      at,
      ...(program.lines.some((line) => line.startsWith('; walk')) ? [answer.walk] : []),
    ].join(' ')
  }
}

function ofObject(text: string): Say {
  const [folder, file, program] = text.split(' ') as [string, string, string]
  const object = openObject(readFileSync(`${folder}/objects/${file}`), file)
  if (!object.ok) throw new Error(object.fault.what)
  return (release, gate) => {
    const kernel = gate === undefined ? kernels.get(release)! : turned(kernels.get(release)!, gate)
    const linked = linkProgram(object.value, program, kernel)
    if (!linked.ok) return linked.fault.what
    const report = verify(linked.value, kernel)
    return report.verdict === 'reject' ? `reject ${report.message}` : report.verdict
  }
}

describe('a gate flips its program', () => {
  test.for(Object.entries(gates.programs))('%s: %s', ([gate, program]) => {
    const say = sayOf(program)
    const [before, after] = [say(OLD), say(NEW)]
    expect(before, 'the kernels on both sides agree').not.toBe(after)
    const flips = [OLD, NEW].filter((release) => say(release, gate) !== say(release))
    expect(flips, 'the gate makes no difference').not.toEqual([])
  })
})

/** By program and release, what real kernels said of it, those between the bundled ones, too (ask-gates.ts). */
const said = new Map(Object.entries<Record<string, string>>(verdicts))

const oneSided = new Map(Object.entries(gates.oneSided))

test.for(Object.entries(gates.programs))('%s opens where real kernels change their answer: %s', ([gate, program]) => {
  const answers = Object.entries(said.get(program) ?? {})
  const first = answers.findIndex(([release]) => gateOpen(gate, release))
  const [before, after] = [answers[first - 1], answers[first]]
  const [agrees, where] = [before?.[1] === after?.[1], `${before?.[0]} and ${after?.[0]}: ${after?.[1]}`]
  // `none`: not loaded there
  if (oneSided.has(gate)) expect([before?.[1], after?.[1]], 'both sides answer: strike it off').toContain('none')
  else expect(agrees, where).toBe(false)
})

// 6.12 has these by a stable release, which kernels after it were made without
test.for(Object.entries(gates.between))('%s is shut between the bundled kernels: %s', ([gate, program]) => {
  const answers = said.get(program) ?? {}
  const say = sayOf(program)
  const verdict = (text = ''): string => text.split(/[ :]/)[0]!
  expect([OLD, NEW].map((release) => verdict(answers[release]))).toEqual([OLD, NEW].map((one) => verdict(say(one))))
  const shut = Object.keys(answers).filter((release) => !gateOpen(gate, release))
  expect(shut).not.toEqual([])
  for (const release of shut) expect(verdict(answers[release]), release).toBe(verdict(say(OLD, gate)))
})

test('every rule gate has such a program, or a reason why there is none', () => {
  const known = [gates.programs, gates.between, gates.none].flatMap((part) => Object.keys(part))
  // a rule of linking, as it shows in verdicts
  const rules = new Set<string>([...Object.values(ruleGates), 'kptr-tags-anywhere'])
  expect(known.sort()).toEqual([...rules].sort())
})
