// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { codeOfRule, codeRow, codes, codesMarkdown, isExplained, longForm } from '../../src/explain/index.ts'
import { violationIds } from '../../src/verifier/violations/table.ts'

describe('the table of codes', () => {
  test('names every rule of the verifier', () => {
    expect(violationIds.length).toBeGreaterThan(100)
    expect(violationIds.filter((rule) => !isExplained(rule))).toEqual([])
  })

  test('has each code once, in order, and each rule in one row', () => {
    const numbers = codes.map(({ code }) => code)
    expect(numbers.every((code) => /^KF\d{3}$/.test(code))).toBe(true)
    expect(numbers).toEqual([...new Set(numbers)].sort())
    const rules = codes.flatMap((row) => row.rules)
    expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).toEqual([])
  })

  test('says something in every field', () => {
    for (const row of codes) {
      for (const text of [row.title, row.rule, row.section, row.text]) expect(text, row.code).not.toBe('')
      expect(row.label.length, row.code).toBeGreaterThan(0)
      if (row.code !== 'KF199') expect(row.help.length, row.code).toBeGreaterThan(0)
    }
  })

  test('uses only places that exist', () => {
    const known = new Set(
      ['values.ts', 'loader.ts', ...readdirSync('src/explain/cases').map((file) => `cases/${file}`)].flatMap((file) =>
        [
          ...readFileSync(`src/explain/${file}`, 'utf8').matchAll(
            /^\s*(?:return \{ )?(\w+)(?::|,$)|\{ (\w+):|, (\w+):/gm,
          ),
        ].flatMap(([, ...names]) => names.filter((name) => name !== undefined)),
      ),
    )
    for (const row of codes) {
      for (const text of [...row.label, ...row.help.flat()]) {
        for (const [, place] of text.matchAll(/\{\??(\w+)\}/g))
          if (place!.startsWith('rule_')) expect(row.rules).toContain(place!.slice(5).replaceAll('_', '-'))
          else expect(known, `${row.code}: ${text}`).toContain(place)
      }
    }
  })

  test('picks a narrower row where the cause is known, else the rule’s own', () => {
    expect(codeOfRule('invalid-access').code).toBe('KF102')
    expect(codeOfRule('invalid-access', 'null').code).toBe('KF101')
    expect(codeOfRule('invalid-access', 'lost').code).toBe('KF034')
    expect(codeOfRule('reference-leak', 'lost').code).toBe('KF032')
    expect(codeOfRule('a rule to come').code).toBe('KF199')
  })

  test.for(['KF012', 'kf012', '12', ' KF012 '])('finds %s', (code) => {
    expect(codeRow(code)?.code).toBe('KF012')
  })

  test('has a long form with both examples', () => {
    const text = longForm('KF012')!
    expect(text).toContain('KF012: the argument may be NULL')
    expect(text).toMatch(/Rejected \([\s\S]*bpf_task_release\(found\)[\s\S]*Accepted \(/)
    expect(longForm('KF999')).toBeUndefined()
    expect(longForm('../..')).toBeUndefined()
  })

  test('is what docs/codes.md says', () => {
    expect(readFileSync('docs/codes.md', 'utf8')).toBe(codesMarkdown())
  })
})
