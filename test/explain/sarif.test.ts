// SPDX-License-Identifier: Apache-2.0
// SARIF as the OASIS standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" has it: the required properties,
// types and value ranges of each object that we write, and no property that the standard does not name. Numbers are its sections.
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { type Outcome, renderSarif, type Trouble } from '../../src/explain/index.ts'
import { openKernel } from '../../src/kernel/index.ts'

type Check = (value: unknown, path: string) => void
interface Shape {
  readonly required?: Readonly<Record<string, Check>>
  readonly optional?: Readonly<Record<string, Check>>
}

const text: Check = (value, path) => expect(value, path).toSatisfy((it) => typeof it === 'string' && it !== '')
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value, path) =>
    expect(values, path).toContain(value)
const atLeast =
  (least: number): Check =>
  (value, path) =>
    expect(value, path).toSatisfy((it) => Number.isInteger(it) && (it as number) >= least)
/** 3.10: a URI reference of RFC 3986. */
const uri: Check = (value, path) =>
  expect(value, path).toMatch(/^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/)
const list =
  (item: Check, least = 0): Check =>
  (value, path) => {
    expect(Array.isArray(value), path).toBe(true)
    const items = value as readonly unknown[]
    expect(items.length, path).toBeGreaterThanOrEqual(least)
    items.forEach((one, i) => item(one, `${path}[${i}]`))
  }
const object =
  ({ required = {}, optional = {} }: Shape): Check =>
  (value, path) => {
    expect(value, path).toBeTypeOf('object')
    const all: Readonly<Record<string, Check>> = { ...required, ...optional }
    for (const name of Object.keys(required)) expect(value, path).toHaveProperty(name)
    for (const [name, one] of Object.entries(value as object)) {
      expect(Object.keys(all), `${path}.${name}`).toContain(name)
      all[name]!(one, `${path}.${name}`)
    }
  }
const textsByName: Check = (value, path) => {
  for (const [name, one] of Object.entries(value as object)) text(one, `${path}.${name}`)
}
const flag: Check = (value, path) => expect(value, path).toBeTypeOf('boolean')

const level = oneOf('none', 'note', 'warning', 'error') // 3.27.10
const message = object({ required: { text } }) // 3.11: text or id
const multiformat = object({ required: { text }, optional: { markdown: text } }) // 3.12
const region = object({
  required: { startLine: atLeast(1) },
  optional: { startColumn: atLeast(1), snippet: object({ optional: { text } }) },
}) // 3.30
const physicalLocation = object({ required: { artifactLocation: object({ required: { uri } }) }, optional: { region } }) // 3.29
const logicalLocation = object({ required: { fullyQualifiedName: text }, optional: { name: text, kind: text } }) // 3.33
const location = object({
  required: { physicalLocation },
  optional: { logicalLocations: list(logicalLocation), message },
}) // 3.28
const threadFlow = object({ required: { locations: list(object({ required: { location } }), 1) } }) // 3.37, 3.38
const codeFlow = object({ required: { threadFlows: list(threadFlow, 1) } }) // 3.36
const artifactLocation = object({ required: { uri } }) // 3.4
const deletedRegion = object({
  required: { startLine: atLeast(1), startColumn: atLeast(1), endLine: atLeast(1), endColumn: atLeast(1) },
}) // 3.30
const replacement = object({
  required: { deletedRegion },
  optional: { insertedContent: object({ optional: { text } }) },
}) // 3.57
const artifactChange = object({ required: { artifactLocation, replacements: list(replacement, 1) } }) // 3.56
const fix = object({ required: { artifactChanges: list(artifactChange, 1) }, optional: { description: message } }) // 3.55
const result = object({
  required: { message, ruleId: text, ruleIndex: atLeast(0), level, locations: list(location, 1) },
  optional: { codeFlows: list(codeFlow), partialFingerprints: textsByName, fixes: list(fix, 1) },
}) // 3.27
const rule = object({
  required: { id: text, shortDescription: multiformat, fullDescription: multiformat, help: multiformat },
  optional: { name: text, defaultConfiguration: object({ required: { level } }) },
}) // 3.49
const driver = object({
  required: { name: text, rules: list(rule) },
  optional: { semanticVersion: text, informationUri: uri },
}) // 3.19
const invocation = object({
  required: { executionSuccessful: flag },
  optional: {
    toolExecutionNotifications: list(object({ required: { message }, optional: { level, locations: list(location) } })),
  },
}) // 3.20
const run = object({
  required: { tool: object({ required: { driver } }), results: list(result) },
  optional: { columnKind: oneOf('utf16CodeUnits', 'unicodeCodePoints'), invocations: list(invocation) },
}) // 3.14
const log = object({ required: { version: oneOf('2.1.0'), runs: list(run) }, optional: { $schema: uri } }) // 3.13

const outcomes: Outcome[] = []
beforeAll(async () => {
  const opened = await openKernel('6.12')
  if (!opened.ok) throw new Error(opened.fault.what)
  for (const name of [
    '03-flags/acquire',
    '03-flags/deprecated_gone',
    '04-register/module',
    '18-memory/memory',
    '09-kptr/kptr',
  ]) {
    const checked = check(readFileSync(`examples/${name}.bpf.o`), opened.value, { name: `a folder/${name}.bpf.o` })
    if (checked.ok) outcomes.push(...checked.value)
  }
})

test('every object has what SARIF 2.1.0 asks of it, and nothing that it does not know', () => {
  log(JSON.parse(renderSarif(outcomes, '1.2.3')), 'log')
  log(JSON.parse(renderSarif([], '1.2.3')), 'empty log')
})

test('a run that met trouble was not successful, and says what it met (3.20.14, 3.20.21)', () => {
  const troubles: Trouble[] = [
    { kind: 'open_error', object: 'a b.o', message: 'a b.o: no such file' },
    { kind: 'usage', message: 'no kernel 9.99 comes with kfuncs' },
  ]
  const failed = JSON.parse(renderSarif(outcomes, '1.2.3', troubles))
  log(failed, 'log')
  const [invoked] = failed.runs[0].invocations
  expect(invoked.executionSuccessful).toBe(false)
  const errors = invoked.toolExecutionNotifications.filter((one: { level: string }) => one.level === 'error')
  expect(errors.map((one: { message: { text: string } }) => one.message.text)).toEqual(
    troubles.map((one) => one.message),
  )
  expect(JSON.parse(renderSarif(outcomes)).runs[0].invocations[0].executionSuccessful).toBe(true)
})

test('with warnings, and without line info', () => {
  const bare = outcomes
    .filter(({ diagnostic }) => diagnostic !== undefined)
    .map((outcome) => ({
      ...outcome,
      warnings: ['100% a, b'],
      diagnostic: {
        ...outcome.diagnostic!,
        notes: outcome.diagnostic!.notes.map((note) => ({ ...note, source: undefined })),
        primary: {
          ...outcome.diagnostic!.primary,
          file: undefined,
          line: undefined,
          column: undefined,
          text: undefined,
        },
      },
    }))
  log(JSON.parse(renderSarif(bare, '1.2.3')), 'log')
})

test('rules are those that results use, each once, at the index that results say (3.27.6, 3.19.23)', () => {
  const [{ tool, results }] = JSON.parse(renderSarif(outcomes)).runs
  const ids: string[] = tool.driver.rules.map(({ id }: { id: string }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { ruleId, ruleIndex } of results) expect(ids[ruleIndex]).toBe(ruleId)
  expect(new Set(results.map(({ ruleId }: { ruleId: string }) => ruleId))).toEqual(new Set(ids))
})

test('two results of one run have different fingerprints', () => {
  const [{ results }] = JSON.parse(renderSarif(outcomes)).runs
  const prints = results.map((one: { partialFingerprints: object }) => JSON.stringify(one.partialFingerprints))
  expect(new Set(prints).size).toBe(prints.length)
})
