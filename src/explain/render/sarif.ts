// SPDX-License-Identifier: Apache-2.0
// SARIF 2.1.0 (OASIS), the exchange format of static analysers: one run, a rule a code, a result a rejected program.

import { printable } from '../../fault/index.ts'
import { codes } from '../codes/index.ts'
import { editsOf, type TextEdit } from '../edits.ts'
import { expectedText, expectedWord } from '../expected.ts'
import { readable } from './readable.ts'
import type { Trouble } from '../trouble.ts'
import type { Note, Outcome, Source } from '../types.ts'

/** A whole SARIF log of everything that was checked. `troubles`: what kept the run from being whole. */
export function renderSarif(judged: readonly Outcome[], version = '0.0.0', troubles: readonly Trouble[] = []): string {
  const outcomes = judged.map((outcome) => readable(outcome, { form: 'sarif' }))
  const told = outcomes.filter((outcome) => expectation(outcome) === undefined)
  const used = codes.filter(({ code }) => told.some(({ diagnostic }) => diagnostic?.code === code))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'kfuncs',
            semanticVersion: version,
            rules: used.map((row) => ({
              id: row.code,
              name: camel(row.title),
              shortDescription: { text: row.title },
              fullDescription: { text: row.rule },
              help: { text: row.text },
              defaultConfiguration: { level: row.code === 'KF198' ? 'warning' : 'error' },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: troubles.length === 0,
            toolExecutionNotifications: [...notifications(outcomes), ...troubles.map(failure)],
          },
        ],
        results: outcomes.flatMap(
          (outcome) => expectation(outcome) ?? result(outcome, (code) => used.findIndex((row) => row.code === code)),
        ),
      },
    ],
  }
  return printable(`${JSON.stringify(log, null, 2)}\n`, 'json')
}

function notifications(outcomes: readonly Outcome[]): readonly object[] {
  return outcomes.flatMap((outcome) => [
    ...outcome.warnings.map((text) => ({
      level: 'warning',
      message: { text: `${outcome.object}: ${outcome.program}: ${text}` },
    })),
  ])
}

function failure({ object, message }: Trouble): object {
  const locations = object === undefined || object === '' ? {} : { locations: [location(undefined, object)] }
  return { level: 'error', message: { text: printable(message, 'sarif') }, ...locations }
}

/** With expectations, what is not as expected is the result, and nothing of what is. */
function expectation(outcome: Outcome): readonly object[] | undefined {
  const word = expectedWord(outcome)
  if (word === undefined || (word === 'failed' && outcome.diagnostic !== undefined)) return undefined
  if (word !== 'failed') return []
  const { object, program } = outcome
  return [
    {
      level: 'error',
      message: { text: `${program} is ${expectedText(outcome)}.` },
      locations: [
        {
          ...location(undefined, object),
          logicalLocations: [{ name: program, fullyQualifiedName: `${object}:${program}`, kind: 'function' }],
        },
      ],
      partialFingerprints: { 'kfuncs/v1': `${program}:expectation:` },
    },
  ]
}

function result(
  { diagnostic, object, program, verdict, known }: Outcome,
  ruleIndex: (code: string) => number,
): readonly object[] {
  if (diagnostic === undefined) return []
  const { primary } = diagnostic
  const source =
    primary.file === undefined ? undefined : { file: primary.file, line: primary.line ?? 1, text: primary.text ?? '' }
  const steps = [...diagnostic.notes.map((note) => step(note, object)), step({ label: primary.label, source }, object)]
  return [
    {
      ruleId: diagnostic.code,
      ruleIndex: ruleIndex(diagnostic.code),
      level: diagnostic.ruleId === 'unsupported' ? 'warning' : 'error',
      ...(known === undefined ? {} : { baselineState: known ? 'unchanged' : 'new' }),
      message: {
        text: [
          `${primary.label}.`,
          `${verdict === 'load_error' ? 'Loader' : 'Kernel'}: ${diagnostic.message}`,
          ...diagnostic.help,
        ].join('\n'),
      },
      locations: [
        {
          ...location(source, object, primary.column),
          logicalLocations: [
            {
              name: program,
              fullyQualifiedName: `${object}:${program}${primary.insn === undefined ? '' : `:insn ${primary.insn}`}`,
              kind: 'function',
            },
          ],
        },
      ],
      ...(diagnostic.fix === undefined ? {} : { fixes: [fixOf(editsOf(diagnostic.fix))] }),
      codeFlows: [{ threadFlows: [{ locations: steps }] }],
      partialFingerprints: { 'kfuncs/v1': `${program}:${diagnostic.ruleId}:${primary.insn ?? ''}` },
    },
  ]
}

/** 3.55: what changes in each file. */
function fixOf(edits: readonly TextEdit[]): object {
  const files = new Set(edits.map(({ file }) => file))
  return {
    description: { text: 'a suggestion: read it before it is applied' },
    artifactChanges: [...files].map((file) => ({
      artifactLocation: { uri: uri(file) },
      replacements: edits.filter((edit) => edit.file === file).map(replacement),
    })),
  }
}

const replacement = ({ start, end, text }: TextEdit): object => ({
  deletedRegion: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
  insertedContent: { text },
})

const step = ({ label, source }: Pick<Note, 'label' | 'source'>, object: string): object => ({
  location: { ...location(source, object), message: { text: label } },
})

/** A place in the source; without line info, the object itself. */
function location(source: Source | undefined, object: string, column?: number): object {
  if (source === undefined) return { physicalLocation: { artifactLocation: { uri: uri(object) } } }
  return {
    physicalLocation: {
      artifactLocation: { uri: uri(source.file) },
      region: {
        startLine: Math.max(1, source.line),
        ...(column === undefined || column < 1 ? {} : { startColumn: column }),
        snippet: { text: source.text },
      },
    },
  }
}

const uri = (path: string): string =>
  path
    .replace(/^\.\//, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
const camel = (title: string): string =>
  title
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')
