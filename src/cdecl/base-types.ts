// SPDX-License-Identifier: Apache-2.0
// Built-in types by the names that compilers give them in the kernel's BTF (gcc's DWARF names), on 64-bit machines (LP64),
// and the typedefs that every kernel file has without declaring them.

export interface BaseType {
  readonly btf: string
  /** clang's name of the same type, found in BTF of clang-built kernels. */
  readonly also?: string
  readonly size: number
  readonly kind: 'int' | 'float'
  readonly signed?: true
  readonly bool?: true
}

/** By canonical C spelling (`CType` kind 'base'). System V ABI, AMD64, figure 3.1. */
export const baseTypes: ReadonlyMap<string, BaseType> = new Map(
  Object.entries<BaseType>({
    char: { btf: 'char', size: 1, kind: 'int', signed: true },
    'signed char': { btf: 'signed char', size: 1, kind: 'int', signed: true },
    'unsigned char': { btf: 'unsigned char', size: 1, kind: 'int' },
    _Bool: { btf: '_Bool', also: 'bool', size: 1, kind: 'int', bool: true },
    short: { btf: 'short int', also: 'short', size: 2, kind: 'int', signed: true },
    'unsigned short': { btf: 'short unsigned int', also: 'unsigned short', size: 2, kind: 'int' },
    int: { btf: 'int', size: 4, kind: 'int', signed: true },
    'unsigned int': { btf: 'unsigned int', size: 4, kind: 'int' },
    long: { btf: 'long int', also: 'long', size: 8, kind: 'int', signed: true },
    'unsigned long': { btf: 'long unsigned int', also: 'unsigned long', size: 8, kind: 'int' },
    'long long': { btf: 'long long int', also: 'long long', size: 8, kind: 'int', signed: true },
    'unsigned long long': { btf: 'long long unsigned int', also: 'unsigned long long', size: 8, kind: 'int' },
    __int128: { btf: '__int128', size: 16, kind: 'int', signed: true },
    'unsigned __int128': { btf: '__int128 unsigned', also: 'unsigned __int128', size: 16, kind: 'int' },
    float: { btf: 'float', size: 4, kind: 'float' },
    double: { btf: 'double', size: 8, kind: 'float' },
    'long double': { btf: 'long double', size: 16, kind: 'float' },
  }),
)

/** Typedefs that C text for the kernel may use without saying what they are: asm-generic/int-ll64.h, linux/types.h. */
export const impliedTypedefs: ReadonlyMap<string, string> = new Map([
  ...[
    ['8', 'char'],
    ['16', 'short'],
    ['32', 'int'],
    ['64', 'long long'],
  ].flatMap(([bits, c]): [string, string][] => {
    const signed = c === 'char' ? 'signed char' : c!
    return [
      [`__u${bits}`, `unsigned ${c}`],
      [`__s${bits}`, signed],
      [`u${bits}`, `__u${bits}`],
      [`s${bits}`, `__s${bits}`],
      [`u_int${bits}_t`, `u${bits}`],
      [`uint${bits}_t`, `u${bits}`],
      [`int${bits}_t`, `s${bits}`],
      ...(bits === '8'
        ? []
        : ([
            [`__be${bits}`, `__u${bits}`],
            [`__le${bits}`, `__u${bits}`],
          ] as [string, string][])),
    ]
  }),
  ['bool', '_Bool'],
  ['size_t', 'unsigned long'],
  ['ssize_t', 'long'],
  ['loff_t', 'long long'],
  ['pid_t', 'int'],
  ['uid_t', 'unsigned int'],
  ['gid_t', 'unsigned int'],
  ['gfp_t', 'unsigned int'],
  ['umode_t', 'unsigned short'],
  ['dev_t', 'u32'],
  ['uintptr_t', 'unsigned long'],
  ['ptrdiff_t', 'long'],
  ['__wsum', '__u32'],
  ['__sum16', '__u16'],
])
