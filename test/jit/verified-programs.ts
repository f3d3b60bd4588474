// SPDX-License-Identifier: Apache-2.0
// Programs by chance that the verifier mostly accepts, the same for the same seed: arithmetic and jumps of all forms, bounded loops, spills,
// atomics, values of maps at an index that is masked, packets that are looked into before they are read, contexts, functions, helpers.
import { randomOf } from '../../conformance/mutants/random.ts'
import type { Handmade } from '../runtime/handmade.ts'

/** What every program has: r6 the context, r7 the packet with 64 bytes that are there, r8 a value of the first map; numbers in the others. */
const numbers = [0, 2, 3, 4, 5, 9]
const SLOTS = 8
const PACKET_END = -72
const KEY = -88
const COUNTERS = -96
const VALUE_SIZE = 64
export const maps: NonNullable<Handmade['maps']> = [
  { name: 'values', type: 'ARRAY', keySize: 4, valueSize: VALUE_SIZE, maxEntries: 4 },
  { name: 'hashed', type: 'HASH', keySize: 4, valueSize: 16, maxEntries: 6 },
  { name: 'percpu', type: 'PERCPU_ARRAY', keySize: 4, valueSize: 24, maxEntries: 3 },
]

const constants = [
  0, 1, 2, 3, 7, 8, 15, 16, 63, 64, 127, 255, 256, 4095, 65535, -1, -2, -8, -128, 0x7fffffff, -0x80000000,
]
const operators = ['+=', '-=', '*=', '/=', '%=', 's/=', 's%=', '|=', '&=', '^=', '<<=', '>>=', 's>>=', '=']
const comparisons = ['==', '!=', '&', '>', '>=', '<', '<=', 's>', 's>=', 's<', 's<=']
const sizes = [8, 16, 32, 64]

interface Contexts {
  readonly type: string
  readonly data: number
  readonly end: number
  /** Of 32 bits. */
  readonly read: readonly number[]
  readonly written: readonly number[]
}
const contexts: readonly Contexts[] = [
  { type: 'XDP', data: 0, end: 4, read: [12, 16], written: [] },
  // struct __sk_buff: len, pkt_type, mark, protocol, priority, ifindex, tc_index, cb
  {
    type: 'SCHED_CLS',
    data: 76,
    end: 80,
    read: [0, 4, 8, 16, 32, 40, 44, 48, 52, 64],
    written: [8, 32, 44, 48, 52, 64],
  },
]

export interface ProgramOptions {
  /** Load-acquire and store-release, which kernels have since 6.15. */
  readonly acquires: boolean
}

export function verifiedProgram(seed: string, options: ProgramOptions): Handmade {
  const random = randomOf(seed)
  const context = random.pick(contexts)
  const main = new Writer(random, { prefix: 'm', context, functions: ['f0', 'f1'], ...options })
  main.begin(context)
  main.body(random.oneIn(4) ? 3 : 2, 4 + random.below(8))
  main.end()
  const lines = [...main.lines]
  for (const name of ['f0', 'f1']) {
    // what nothing calls is refused
    if (!main.lines.includes(`call ${name}`)) continue
    const func = new Writer(random, { prefix: name, context: undefined, functions: [], ...options })
    func.beginFunction(name)
    func.body(1, 2 + random.below(5))
    func.say('r0 += r9', 'exit')
    lines.push(...func.lines)
  }
  // BPF_F_TEST_STATE_FREQ: states are kept wherever they can be
  const flags = random.oneIn(4) ? 8 : 0
  return { text: lines.join('\n'), type: context.type, maps, flags }
}

interface Place extends ProgramOptions {
  readonly prefix: string
  /** undefined: of a function, which has neither context nor packet, but 16 bytes of its caller's stack in r6. */
  readonly context: Contexts | undefined
  readonly functions: readonly string[]
}

class Writer {
  readonly lines: string[] = []
  private readonly random: ReturnType<typeof randomOf>
  private readonly place: Place
  private labels = 0
  private loops = 0

  constructor(random: ReturnType<typeof randomOf>, place: Place) {
    this.random = random
    this.place = place
  }

  say(...lines: string[]): void {
    this.lines.push(...lines)
  }
  private number(): number {
    return this.random.pick(numbers)
  }
  private slot(): number {
    return -8 * (1 + this.random.below(SLOTS))
  }
  private label(): string {
    return `${this.place.prefix}_${this.labels++}`
  }
  private letter(): string {
    return this.random.pick(['r', 'w'])
  }
  private immediate(): number {
    return this.random.oneIn(2) ? this.random.pick(constants) : this.random.below(2 ** 32) | 0
  }

  begin({ data, end, read }: Contexts): void {
    this.say('r6 = r1', `r7 = *(u32 *)(r6 + ${data})`, `r1 = *(u32 *)(r6 + ${end})`, `*(u64 *)(r10 ${PACKET_END}) = r1`)
    this.say('r2 = r7', 'r2 += 64', 'if r2 > r1 goto early')
    this.say(`*(u32 *)(r10 ${KEY}) = ${this.random.below(4)}`, 'r2 = r10', `r2 += ${KEY}`, 'r1 = map 0')
    this.say('call bpf_map_lookup_elem', 'if r0 == 0 goto early', 'r8 = r0')
    for (const reg of numbers) this.say(this.anyNumber(reg, read))
    this.fillSlots()
  }
  end(): void {
    numbers.forEach((reg, i) => this.say(`*(u64 *)(r8 + ${8 * i}) = r${reg}`))
    for (const reg of numbers.slice(1)) this.say('r0 *= 31', `r0 ^= r${reg}`)
    for (let i = 1; i <= SLOTS; i++) this.say(`r1 = *(u64 *)(r10 - ${8 * i})`, 'r0 *= 31', 'r0 ^= r1')
    this.say('exit', 'early: r0 = 1', 'exit')
  }
  beginFunction(name: string): void {
    this.say(`${name}: r6 = r1`, 'r0 = r2', 'r9 = r2')
    for (const reg of [2, 4, 5]) this.say(`r${reg} = ${this.immediate()}`)
    this.fillSlots()
  }
  private fillSlots(): void {
    for (let i = 1; i <= SLOTS; i++) this.say(`*(u64 *)(r10 - ${8 * i}) = r${this.number()}`)
  }
  private anyNumber(reg: number, read: readonly number[]): string {
    switch (this.random.below(4)) {
      case 0:
        return `r${reg} = ${this.immediate()}`
      case 1:
        return `r${reg} = *(u32 *)(r6 + ${this.random.pick(read)})`
      case 2:
        return this.loadInto(reg, 'r7', 64)
      default:
        return this.loadInto(reg, 'r8', VALUE_SIZE)
    }
  }
  private loadInto(reg: number, base: string, bytes: number): string {
    const bits = this.random.pick(sizes)
    const sign = bits < 64 && this.random.oneIn(3) ? 's' : 'u'
    return `r${reg} = *(${sign}${bits} *)(${base} + ${this.random.below(bytes - bits / 8 + 1)})`
  }

  body(depth: number, count: number): void {
    for (let i = 0; i < count; i++) this.statement(depth)
  }
  private statement(depth: number): void {
    const { context } = this.place
    const choices: [number, () => void][] = [
      [10, () => this.arithmetic()],
      [2, () => this.constant()],
      [4, () => this.spill()],
      [4, () => this.fill()],
      [3, () => this.atomic('r10', this.slot())],
      [2, () => this.variableStack()],
      ...(context === undefined
        ? ([[3, () => this.callersStack()]] as [number, () => void][])
        : ([
            [3, () => this.contextAccess(context)],
            [4, () => this.packet()],
            [3, () => this.variablePacket()],
            ...(context.type === 'XDP' ? [] : [[1, () => this.packetLoad()] as [number, () => void]]),
            [4, () => this.value()],
            [4, () => this.variableValue()],
            [3, () => this.helper()],
            [2, () => this.call()],
          ] as [number, () => void][])),
      ...(depth > 0
        ? ([
            [9, () => this.branch(depth)],
            [1, () => this.loop(depth)],
          ] as [number, () => void][])
        : []),
    ]
    let at = this.random.below(choices.reduce((sum, [weight]) => sum + weight, 0))
    for (const [weight, write] of choices) {
      if (at < weight) return write()
      at -= weight
    }
  }

  private arithmetic(): void {
    const { random } = this
    const [dst, src] = [this.number(), this.number()]
    const kind = random.below(10)
    if (kind === 0) return this.say(`${random.pick([`r${dst} = -r${dst}`, `w${dst} = -w${dst}`])}`)
    if (kind === 1) return this.say(`r${dst} = (s${random.pick([8, 16, 32])})r${src}`)
    if (kind === 2) return this.say(`w${dst} = (s${random.pick([8, 16])})w${src}`)
    if (kind === 3)
      return this.say(`r${dst} = ${random.pick(['le', 'be', 'bswap'])}${random.pick([16, 32, 64])} r${dst}`)
    const [letter, operator] = [this.letter(), random.pick(operators)]
    if (random.oneIn(2)) return this.say(`${letter}${dst} ${operator} ${letter}${src}`)
    const isShift = operator.includes('<<') || operator.includes('>>')
    const imm = isShift ? random.below(letter === 'r' ? 64 : 32) : this.immediate()
    const divides = operator.includes('/') || operator.includes('%')
    this.say(`${letter}${dst} ${operator} ${divides && imm === 0 ? 3 : imm}`)
  }
  private constant(): void {
    const wide = (BigInt(this.immediate()) << 32n) | BigInt(this.immediate() >>> 0)
    const isWide = this.random.oneIn(2)
    this.say(isWide ? `r${this.number()} = ${wide} ll` : `${this.letter()}${this.number()} = ${this.immediate()}`)
  }
  private place8(bits: number): number {
    const bytes = bits / 8
    return this.slot() + bytes * this.random.below(8 / bytes)
  }
  private spill(): void {
    const bits = this.random.pick([64, 64, 64, 32, 16, 8])
    const value = this.random.oneIn(4) ? `${this.immediate()}` : `r${this.number()}`
    this.say(`*(u${bits} *)(r10 ${this.place8(bits)}) = ${value}`)
  }
  private fill(): void {
    const bits = this.random.pick([64, 64, 64, 32, 16, 8])
    const sign = bits < 64 && this.random.oneIn(3) ? 's' : 'u'
    this.say(`r${this.number()} = *(${sign}${bits} *)(r10 ${this.place8(bits)})`)
  }
  /** At a multiple of 8 bytes from a register. */
  private atomic(base: string, offset: number): void {
    const { random } = this
    const bits = random.pick([32, 64])
    const off = bits === 32 && random.oneIn(2) ? offset + 4 : offset
    const at = `(u${bits} *)(${base} ${off < 0 ? off : `+ ${off}`})`
    const reg = this.number()
    const [w, wide] = bits === 32 ? ['w', ''] : ['r', '64']
    const choice = random.below(this.place.acquires ? 6 : 4)
    if (choice === 0) return this.say(`lock *${at} ${random.pick(['+=', '|=', '&=', '^='])} ${w}${reg}`)
    if (choice === 1)
      return this.say(`${w}${reg} = atomic${wide}_fetch_${random.pick(['add', 'or', 'and', 'xor'])}(${at}, ${w}${reg})`)
    if (choice === 2) return this.say(`${w}${reg} = atomic${wide}_xchg(${at}, ${w}${reg})`)
    if (choice === 3) {
      // now and then with what is there, so that it exchanges
      if (random.oneIn(2)) this.say(`r0 = *${at}`)
      return this.say(`${w}0 = atomic${wide}_cmpxchg(${at}, ${w}0, ${w}${reg})`)
    }
    const some = `(u${random.pick(sizes)} *)(${base} ${offset < 0 ? offset : `+ ${offset}`})`
    if (choice === 4) return this.say(`r${reg} = load_acquire(${some})`)
    this.say(`store_release(${some}, r${reg})`)
  }
  /** Leaves r1 so many bytes from a base, by a number that is masked. */
  private index(base: string, mask: number): void {
    this.say(`r1 = r${this.number()}`, `r1 &= ${mask}`, `r1 += ${base}`)
  }
  private access(bits: number, offset: number): void {
    const off = offset < 0 ? `${offset}` : `+ ${offset}`
    const sign = bits < 64 && this.random.oneIn(3) ? 's' : 'u'
    if (this.random.oneIn(2)) this.say(`r${this.number()} = *(${sign}${bits} *)(r1 ${off})`)
    else if (this.random.oneIn(4)) this.say(`*(u${bits} *)(r1 ${off}) = ${this.immediate()}`)
    else this.say(`*(u${bits} *)(r1 ${off}) = r${this.number()}`)
  }
  private variableStack(): void {
    this.index('r10', this.random.pick([7, 15, 24, 31, 56]))
    this.access(8, -64)
  }
  private callersStack(): void {
    this.say('r1 = r6')
    const bits = this.random.pick(sizes)
    // of the stack, accesses are at multiples of their size
    this.access(bits, (bits / 8) * this.random.below(128 / bits))
  }
  private contextAccess({ read, written }: Contexts): void {
    const { random } = this
    if (written.length > 0 && random.oneIn(3))
      return this.say(`*(u32 *)(r6 + ${random.pick(written)}) = r${this.number()}`)
    const narrow = written.length > 0 && random.oneIn(4)
    this.say(`r${this.number()} = *(u${narrow ? random.pick([8, 16]) : 32} *)(r6 + ${random.pick(read)})`)
  }
  private packet(): void {
    this.say('r1 = r7')
    const bits = this.random.pick(sizes)
    this.access(bits, this.random.below(64 - bits / 8 + 1))
  }
  private variablePacket(): void {
    const out = this.label()
    const bits = this.random.pick(sizes)
    this.index('r7', this.random.pick([31, 127, 255, 1023]))
    this.say('r2 = r1', `r2 += ${bits / 8}`, `r3 = *(u64 *)(r10 ${PACKET_END})`, `if r2 > r3 goto ${out}`)
    this.say('r2 = 5', 'r3 = 6')
    this.access(bits, 0)
    this.say(`${out}: r2 = ${this.immediate()}`, `r3 = ${this.immediate()}`)
  }
  /** Where there is no such byte the program ends. */
  private packetLoad(): void {
    const size = `u${this.random.pick([8, 16, 32])}`
    if (this.random.oneIn(2)) this.say(`r0 = *(${size} *)skb[${this.random.below(62)}]`)
    else this.say(`r1 = r${this.number()}`, 'r1 &= 31', `r0 = *(${size} *)skb[r1 + ${this.random.below(32)}]`)
    this.afterCall()
  }
  private value(): void {
    this.say('r1 = r8')
    const bits = this.random.pick(sizes)
    this.access(bits, this.random.below(VALUE_SIZE - bits / 8 + 1))
  }
  private variableValue(): void {
    if (this.random.oneIn(3)) {
      this.index('r8', 0x38)
      return this.atomic('r1', 0)
    }
    const bits = this.random.pick(sizes)
    this.index('r8', this.random.pick([7, 15, 31]))
    this.access(bits, this.random.below(VALUE_SIZE - 31 - bits / 8 + 1))
  }
  /** Calls leave nothing in r1 to r5. */
  private afterCall(): void {
    for (const reg of [2, 3, 4, 5]) this.say(`r${reg} = ${this.random.oneIn(2) ? 'r9' : this.immediate()}`)
  }
  private key(below: number): void {
    this.say(`r1 = r${this.number()}`, `r1 &= ${below}`, `*(u32 *)(r10 ${KEY}) = r1`, 'r2 = r10', `r2 += ${KEY}`)
  }
  private helper(): void {
    const { random } = this
    const kind = random.below(6)
    if (kind === 0)
      this.say(`call ${random.pick(['bpf_ktime_get_ns', 'bpf_get_prandom_u32', 'bpf_get_smp_processor_id'])}`)
    else if (kind === 1) {
      this.key(7)
      this.say('r1 = map 1', 'r3 = r10', `r3 += -${8 * SLOTS}`, `r4 = ${random.pick([0, 0, 1, 2, 3])}`)
      this.say('call bpf_map_update_elem')
    } else if (kind === 2) {
      this.key(7)
      this.say('r1 = map 1', 'call bpf_map_delete_elem')
    } else {
      const [map, bytes] = random.pick([
        [0, VALUE_SIZE],
        [1, 16],
        [2, 24],
      ] as const)
      const [none, out] = [this.label(), this.label()]
      this.key(7)
      this.say(`r1 = map ${map}`, 'call bpf_map_lookup_elem', `if r0 == 0 goto ${none}`, 'r1 = r0')
      this.afterCall()
      this.say('r0 = 9')
      if (random.oneIn(2)) this.atomic('r1', 8 * random.below(bytes / 8))
      else this.access(64, random.below(bytes - 7))
      this.say(`goto ${out}`, `${none}:`)
      this.afterCall()
      this.say(`${out}:`)
      return
    }
    this.afterCall()
  }
  private call(): void {
    this.say('r1 = r10', `r1 += -${8 * (2 + this.random.below(SLOTS - 1))}`, `r2 = r${this.number()}`)
    this.say(`r3 = r${this.random.pick([0, 9])}`, `call ${this.random.pick(this.place.functions)}`)
    this.afterCall()
  }

  private condition(): string {
    const letter = this.letter()
    const right = this.random.oneIn(2) ? `${letter}${this.number()}` : `${this.immediate()}`
    return `${letter}${this.number()} ${this.random.pick(comparisons)} ${right}`
  }
  private branch(depth: number): void {
    const [over, end] = [this.label(), this.label()]
    this.say(`if ${this.condition()} goto ${over}`)
    this.body(depth - 1, 1 + this.random.below(3))
    if (this.random.oneIn(2)) return this.say(`${over}:`)
    this.say(`${this.random.pick(['goto', 'gotol'])} ${end}`, `${over}:`)
    this.body(depth - 1, 1 + this.random.below(3))
    this.say(`${end}:`)
  }
  private loop(depth: number): void {
    if (this.loops === 2) return this.constant()
    const counter = COUNTERS - 8 * this.loops++
    const [again, out] = [this.label(), this.label()]
    if (this.random.oneIn(4)) {
      // every 8 millionth round it goes out by itself; a counter ends it before
      this.say(`*(u64 *)(r10 ${counter}) = 0`, `${again}: may_goto ${out}`)
    } else this.say(`*(u64 *)(r10 ${counter}) = 0`, `${again}:`)
    this.body(depth - 1, 1 + this.random.below(3))
    this.say(`r1 = *(u64 *)(r10 ${counter})`, 'r1 += 1', `*(u64 *)(r10 ${counter}) = r1`)
    this.say(`if r1 < ${2 + this.random.below(4)} goto ${again}`, `${out}:`)
    this.loops--
  }
}
