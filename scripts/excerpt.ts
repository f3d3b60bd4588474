// SPDX-License-Identifier: Apache-2.0
// One program of an example file with the declarations it uses, as a reader wants to see it.

/** A declaration at file scope with the comments above it. */
interface Declaration {
  readonly text: string
  /** What it declares. */
  readonly names: readonly string[]
}

/** The program `name` of `source`, and before it every declaration of the file that it needs, directly or not. */
export function excerpt(source: string, name: string): string {
  const all = declarations(source)
  const program = all.findIndex(({ text, names }) => text.includes('SEC("') && names.includes(name))
  if (program < 0) throw new Error(`no program ${name}`)
  const wanted = new Set([program])
  for (const index of wanted) {
    const used = new Set(all[index]!.text.match(/\w+/g))
    all.forEach((declaration, i) => {
      if (i !== index && !isProgram(declaration) && declaration.names.some((one) => used.has(one))) wanted.add(i)
    })
  }
  const kept = [...wanted].sort((a, b) => a - b).map((i) => all[i]!.text)
  return kept.join('\n\n').replaceAll(/;\n\n(?=(?:struct|private|int|u64|u32|char|static [^(]*;|const)\b)/g, ';\n')
}

const isProgram = ({ text }: Declaration): boolean => /^SEC\("(?!\.|license)/m.test(text)

function declarations(source: string): Declaration[] {
  const found: Declaration[] = []
  let lines: string[] = []
  let depth = 0
  for (const line of source.split('\n')) {
    if (depth === 0 && (line.startsWith('//') || line.startsWith('#include') || line === '')) continue
    lines.push(line)
    // a macro of several lines ends where none goes on
    if (line.endsWith('\\')) continue
    const macro = lines[0]!.startsWith('#define')
    depth += macro ? 0 : count(line, '{') - count(line, '}')
    if (depth > 0 || !(line.endsWith(';') || line === '}' || macro)) continue
    const text = lines.join('\n')
    found.push({ text, names: namesOf(text) })
    lines = []
  }
  return found
}

const count = (line: string, c: string): number => line.split(c).length - 1

/** What a declaration declares: a function, a struct, a map, variables. */
function namesOf(text: string): readonly string[] {
  const names: (string | undefined)[] = [
    /^#define (\w+)/.exec(text)?.[1],
    /^(?:SEC\([^)]*\)\n)?(?:[\w* ]+?[ *])?(?:BPF_PROG\()?(\w+)[(,][\s\S]*\)\n\{/.exec(text)?.[1],
    /^struct (\w+) \{/.exec(text)?.[1],
    ...[...text.matchAll(/\b(\w+) SEC\("\.maps"\)/g)].map((match) => match[1]),
    /\b(\w+) __contains\(/.exec(text)?.[1],
  ]
  if (!text.includes('{') && !text.includes('(')) names.push(...variables(text))
  else if (text.startsWith('private(') || text.startsWith('const ')) names.push(...variables(text))
  return names.filter((name) => name !== undefined)
}

const variables = (text: string): string[] =>
  [...text.matchAll(/\b(\w+)(?=(?:\[[^\]]*\])?\s*(?:[;,=]| __contains))/g)].map((match) => match[1]!)
