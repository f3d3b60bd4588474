// SPDX-License-Identifier: Apache-2.0
// C as a reader without our header reads it: macros with arguments that the header defines on one line, written out.

interface Macro {
  readonly params: readonly string[]
  readonly body: string
}

/** `text` with the macros of `header` replaced by what they stand for. */
export function plainC(text: string, header: string): string {
  const macros = new Map<string, Macro>()
  for (const [, name, params, body] of header.matchAll(/^#define (\w+)\(([\w, ]+)\) (.+)$/gm))
    macros.set(name!, { params: params!.split(',').map((one) => one.trim()), body: body! })
  let plain = text
  // a macro may use another
  for (let depth = 0; depth < 4; depth++) plain = expanded(plain, macros)
  return plain
}

function expanded(text: string, macros: ReadonlyMap<string, Macro>): string {
  let out = ''
  let from = 0
  for (const match of text.matchAll(/\b(\w+)\(/g)) {
    const macro = macros.get(match[1]!)
    if (macro === undefined || match.index < from) continue
    const { args, end } = argumentsAt(text, match.index + match[0].length)
    if (args.length !== macro.params.length) continue
    out += text.slice(from, match.index) + filled(macro, args)
    from = end
  }
  return out + text.slice(from)
}

/** The arguments of a call, split at commas outside parentheses, and where it ends. */
function argumentsAt(text: string, start: number): { readonly args: readonly string[]; readonly end: number } {
  const args: string[] = []
  let depth = 0
  let from = start
  for (let i = start; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && depth-- === 0) return { args: [...args, text.slice(from, i).trim()], end: i + 1 }
    else if (text[i] === ',' && depth === 0) {
      args.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  return { args: [], end: text.length }
}

/** `#param` is the argument as a string; strings beside each other are one. In one pass: an argument may be called as a parameter is. */
function filled({ params, body }: Macro, args: readonly string[]): string {
  return body
    .replaceAll(/"[^"]*"|(#?)\b([A-Za-z_]\w*)\b/g, (all, sign: string | undefined, name: string | undefined) => {
      const given = name === undefined ? undefined : args[params.indexOf(name)]
      if (given === undefined) return all
      return sign === '#' ? `"${given}"` : given
    })
    .replaceAll(/" "/g, '')
}
