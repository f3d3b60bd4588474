// SPDX-License-Identifier: Apache-2.0
// Programs made by chance, of what makes paths meet with different numbers: branches, loops, spills, copies, calls of functions.

export type Random = () => number

/** xorshift: 32 bits. */
export function randomOf(seed: number): Random {
  let x = seed * 2654435761 || 1
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}

const constants = [0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 255, 256, 1000, -1, -2, -8, 0x7fffffff, -0x80000000]
const operators = ['+=', '-=', '*=', '&=', '|=', '^=', '<<=', '>>=', 's>>=', '=', '/=', '%=']
const comparisons = ['==', '!=', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=', '&']

class Writer {
  readonly lines: string[] = []
  private readonly random: Random
  private labels = 0
  private readonly prefix: string
  private readonly calls: readonly string[]
  /** Of counters of loops under way: not to be written. */
  private busy: number[] = []

  constructor(random: Random, prefix: string, calls: readonly string[]) {
    this.random = random
    this.prefix = prefix
    this.calls = calls
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random() % from.length]!
  }
  /** Numbers live in r0, r2-r5 and r7-r9; calls leave none of r1-r5. */
  private number(): number {
    const free = [0, 7, 8, 9, 2, 3].filter((reg) => !this.busy.includes(reg))
    return this.pick(free)
  }
  private readable(): number {
    return this.pick([0, 7, 8, 9, 2, 3])
  }
  private slot(): number {
    return -8 * (1 + (this.random() % 4))
  }
  private label(): string {
    return `${this.prefix}${this.labels++}`
  }
  say(...lines: string[]): void {
    this.lines.push(...lines)
  }

  body(depth: number, count: number): void {
    for (let i = 0; i < count; i++) this.statement(depth)
  }

  private statement(depth: number): void {
    const kind = this.random() % (depth > 0 ? 20 : 12)
    if (kind < 4) return this.arithmetic()
    if (kind < 5) return this.constant()
    if (kind < 6) return this.say(`r${this.number()} = *(u32 *)(r6 + ${4 * (this.random() % 4)})`)
    if (kind < 7) return this.say(`*(u${this.pick([64, 64, 64, 32])} *)(r10 ${this.slot()}) = r${this.readable()}`)
    if (kind < 9) return this.fill()
    if (kind < 10) return this.say(`r${this.number()} = r${this.readable()}`)
    if (kind < 11) return this.variable()
    if (kind < 12) return this.call()
    if (kind < 18) return this.branch(depth)
    return this.loop(depth)
  }

  private arithmetic(): void {
    const operator = this.pick(operators)
    const letter = this.pick(['r', 'r', 'w'])
    const dst = this.number()
    const shift = operator.includes('<<') || operator.includes('>>')
    if (this.random() % 2 === 0) return this.say(`${letter}${dst} ${operator} ${letter}${this.readable()}`)
    let value = shift ? this.random() % 32 : this.pick(constants)
    if ((operator === '/=' || operator === '%=') && value === 0) value = 3
    this.say(`${letter}${dst} ${operator} ${value}`)
    if (this.random() % 8 === 0) this.say(`r${dst} = (s${this.pick([8, 16, 32])})r${this.readable()}`)
  }
  private constant(): void {
    this.say(`r${this.number()} = ${this.pick(constants)}`)
  }
  private fill(): void {
    const size = this.pick([8, 8, 8, 4, 2, 1])
    const inside = size * (this.random() % (8 / size))
    this.say(`r${this.number()} = *(u${8 * size} *)(r10 ${this.slot() + inside})`)
  }
  /** A load from the stack at a place that is not known. */
  private variable(): void {
    const reg = this.number()
    this.say(`r${reg} &= ${this.pick([1, 3, 7, 8, 15])}`, 'r1 = r10', 'r1 += -32', `r1 += r${reg}`)
    this.say(`r${this.number()} = *(u8 *)(r1 + ${this.random() % 8})`)
  }
  private call(): void {
    const name = this.random() % 2 === 0 || this.calls.length === 0 ? '7' : this.pick(this.calls)
    this.say(`r1 = r${this.readable()}`)
    if (name !== '7') this.say(`r2 = r${this.readable()}`)
    this.say(`call ${name}`, `r2 = ${this.pick(constants)}`, `r3 = r${this.pick([0, 7, 8, 9])}`)
  }
  private branch(depth: number): void {
    const [over, end] = [this.label(), this.label()]
    const letter = this.pick(['r', 'r', 'w'])
    const right = this.random() % 3 === 0 ? `${letter}${this.readable()}` : `${this.pick(constants)}`
    this.say(`if ${letter}${this.readable()} ${this.pick(comparisons)} ${right} goto ${over}`)
    this.body(depth - 1, 1 + (this.random() % 3))
    if (this.random() % 2 === 0) return this.say(`${over}:`)
    this.say(`goto ${end}`, `${over}:`)
    this.body(depth - 1, 1 + (this.random() % 3))
    this.say(`${end}:`)
  }
  private loop(depth: number): void {
    const counter = this.pick([7, 8, 9].filter((reg) => !this.busy.includes(reg)))
    if (counter === undefined) return this.constant()
    const [again, out] = [this.label(), this.label()]
    this.busy.push(counter)
    if (this.random() % 3 === 0) {
      // the machine leaves it when it likes; nothing counts
      this.say(`${again}:`, `may_goto ${out}`)
      this.body(depth - 1, 1 + (this.random() % 3))
      this.say(`goto ${again}`, `${out}:`)
    } else {
      this.say(`r${counter} = 0`, `${again}:`)
      this.body(depth - 1, 1 + (this.random() % 3))
      this.say(`r${counter} += 1`, `if r${counter} < ${2 + (this.random() % 4)} goto ${again}`)
    }
    this.busy = this.busy.filter((reg) => reg !== counter)
  }
}

/** Text of a program, and of the functions that it calls. */
export function randomProgram(random: Random): string {
  const lines: string[] = []
  const main = new Writer(random, 'm', ['f0', 'f1'])
  main.say('r6 = r1', 'r0 = 0')
  for (const reg of [2, 3, 7, 8, 9])
    main.say(
      random() % 2 === 0 ? `r${reg} = ${main.pick(constants)}` : `r${reg} = *(u32 *)(r6 + ${4 * (random() % 4)})`,
    )
  main.body(3, 6 + (random() % 8))
  main.say('r0 = 0', 'exit')
  lines.push(...main.lines)
  for (const name of ['f0', 'f1']) {
    // what nothing calls is refused
    if (!main.lines.includes(`call ${name}`)) continue
    const func = new Writer(random, name, [])
    func.say(`${name}:`, 'r6 = r10', 'r6 += -16', 'r0 = r1', 'r3 = r2', 'r7 = r1', 'r8 = r2', 'r9 = 5')
    // stands in for the context
    func.say('*(u64 *)(r10 - 16) = r1', '*(u64 *)(r10 - 8) = r2')
    func.body(2, 2 + (random() % 4))
    func.say('exit')
    lines.push(...func.lines)
  }
  return lines.join('\n')
}
