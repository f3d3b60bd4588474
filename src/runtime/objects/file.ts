// SPDX-License-Identifier: Apache-2.0
// Files: struct file with its path, dentry and inode. Where it is, and its extended attributes, say the options.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { createObject, fieldNumber, setFields, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { attributesOf, bytesOf } from './attributes.ts'

export interface FileOptions {
  /** From the root: '/etc/passwd'. */
  readonly path: string
  readonly inode?: bigint
  /** By name: 'user.origin'. */
  readonly xattrs?: Readonly<Record<string, Uint8Array | string>>
  /** What is in it: what bpf_ima_file_hash() measures. */
  readonly contents?: Uint8Array | string
  /** What protects it (fs-verity): the digest of what was in it. Nothing does unless told. */
  readonly verity?: Verity
  /** It is a socket's (`machine.socket()`). */
  readonly socket?: { readonly address: number }
}

/** FS_VERITY_HASH_ALG_*, and the bytes of a digest. */
export const verityAlgorithms = { sha256: { number: 1, size: 32 }, sha512: { number: 2, size: 64 } } as const

export interface Verity {
  readonly algorithm: keyof typeof verityAlgorithms
  readonly digest: Uint8Array
}

export class File {
  /** Of its struct file. */
  readonly address: number
  readonly path: string
  /** By name; programs may change some. */
  readonly xattrs: Map<string, Uint8Array>
  readonly contents: Uint8Array | undefined
  readonly verity: Verity | undefined
  /** struct socket of a socket's file; 0 of any other. */
  readonly socketAddress: number
  /** Those that programs hold, beside the one of who opened it. */
  references = 0
  private readonly core: Core
  constructor(core: Core, address: number, { path, xattrs = {}, contents, socket, verity }: FileOptions) {
    const size = verity === undefined ? 0 : verityAlgorithms[verity.algorithm].size
    if (verity !== undefined && verity.digest.length !== size)
      throw new MachineError('misuse', `a ${verity.algorithm} digest has ${size} bytes, not ${verity.digest.length}`)
    this.verity = verity
    this.core = core
    this.address = address
    this.path = path
    this.socketAddress = socket === undefined ? 0 : createObject(core, 'socket', { file: address, sk: socket.address })
    this.contents = contents === undefined ? undefined : bytesOf(contents)
    this.xattrs = attributesOf(xattrs)
  }

  /** Of its struct inode, its struct dentry: what hooks are called with. */
  get inodeAddress(): number {
    return fieldNumber(this.core, this.address, 'file', 'f_inode')
  }
  get dentryAddress(): number {
    return fieldNumber(this.core, this.address, 'file', 'f_path.dentry')
  }
}

/** S_IFREG, S_IFSOCK with permissions. */
const [REGULAR, SOCKET] = [0o100644, 0o140777]

class Files {
  private readonly core: Core
  /** By struct file, path, dentry and socket. */
  private readonly byAddress = new Map<number, File>()
  private nextInode = 2n
  constructor(core: Core) {
    this.core = core
  }

  create(options: FileOptions): File {
    const { core } = this
    const name = new TextEncoder().encode(`${options.path.split('/').at(-1)!}\0`)
    const nameAt = core.memory.allocate(name.length, 'name of a file')
    core.memory.write(nameAt, name)
    const inode = createObject(core, 'inode', {
      i_ino: options.inode ?? this.nextInode++,
      i_mode: options.socket === undefined ? REGULAR : SOCKET,
    })
    const dentry = createObject(core, 'dentry', { d_inode: inode })
    setKnownFields(core, dentry, 'dentry', { 'd_name.name': nameAt, 'd_name.len': name.length - 1 })
    const address = createObject(core, 'file')
    setFields(core, address, 'file', { f_inode: inode, 'f_path.dentry': dentry })
    const file = new File(core, address, options)
    if (file.socketAddress !== 0) setFields(core, address, 'file', { private_data: file.socketAddress })
    const places = [address, address + core.layouts.offset('file', 'f_path'), dentry]
    if (file.socketAddress !== 0) places.push(file.socketAddress)
    for (const at of places) this.byAddress.set(at, file)
    return file
  }

  /** By its struct file, path, dentry or socket; undefined: it is an object of another kind, or of somebody's own. */
  find(address: number): File | undefined {
    return this.byAddress.get(address)
  }
  at(address: number): File {
    const file = this.find(address)
    if (file === undefined) throw new MachineError('misuse', `no file of the machine's is at 0x${address.toString(16)}`)
    return file
  }
}

export const filesOf = remember((core: Core) => new Files(core))
