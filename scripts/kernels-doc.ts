// SPDX-License-Identifier: Apache-2.0
// The text of docs/kernels.md: what is said of kernels in general, and the gates from their table.
import { gateOpen, type GateRow, gateRows } from '../src/kernel/index.ts'
import { gatesFollowed, gatesNotFollowed } from '../src/verifier/index.ts'

const intro = `# Kernels

A kernel is a value: its types (BTF), its kfuncs with their flags and the program types that may call them, its helpers, and named
gates for what its verifier does otherwise than that of 6.12. Rules ask a gate, never a version.

| \`--kernel\` | what it is | kfuncs known by |
| --- | --- | --- |
| \`6.12\` (default), \`7.3\` | bundled profiles, made from Debian's cloud images (\`docs/kernel-profile.md\`) | sets and hooks read from the image and the modules |
| \`vmlinuz\`, \`vmlinux\` | a distribution's image, stripped or not: \`.BTF\`, and \`.BTF_ids\` with the flagged sets in the clear | its sets; who may call them is what is known of each set by name |
| raw BTF (\`/sys/kernel/btf/vmlinux\`) | types alone | the \`bpf_kfunc\` tags, where pahole wrote them; a BTF without tags, or half tagged, is said to be so |
| \`--module FILE.ko\` | a module's BTF on top, split or over a distilled base | its own sets |

\`kfuncs list --kernel FILE\` prints what a kernel has. A verdict by a kernel whose gates are not all followed comes with a note on stderr
that names what is not modelled of it.

## Gates

*Followed*: a rule, a wording or a row of a table asks it, or the kernel's own types tell it. The others are known to differ and are not: there the rules of 6.12 hold, and the note says so.
"Since" is what the real kernels say where an image of them was at hand (6.1, 6.12, 6.16 to 7.3: \`conformance/oracle/run.sh\`, \`V=…\`);
"6.12.y" beside it: kernels of that series have it by a stable release, those between them and it do not.

| gate | since | until | followed | what it is |
| --- | --- | --- | --- | --- |
`

export function kernelsMarkdown(): string {
  const rows = gateRows.map(
    ({ name, since, stable = [], until, words }: GateRow) =>
      `| \`${name}\` | ${[since, ...stable.map((series) => `${series}.y`)].join(', ')} | ${until ?? ''} | ${gatesFollowed.has(name) ? 'yes' : ''} | ${words.replaceAll('|', '\\|')} |`,
  )
  return `${intro}${rows.join('\n')}\n\nNot followed for 7.3: ${notFollowed('7.3')}.\n`
}

function notFollowed(release: string): string {
  const missing = gatesNotFollowed((name) => gateOpen(name, release))
  return missing.length === 0 ? 'nothing' : missing.map(({ name }) => `\`${name}\``).join(', ')
}
