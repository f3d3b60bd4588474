// SPDX-License-Identifier: Apache-2.0
export { ByteReader, decodeText } from './byte-reader.ts'
export { isElf, type ReadElfOptions, readElf } from './elf-read.ts'
export { type Elf, type ElfRelocation, type ElfSection, type ElfSymbol, EM, SHF, SHN, SHT } from './elf-types.ts'
export { compressionOf, type DecompressOptions, decompress } from './decompress.ts'
export { unpackKernelImage } from './kernel-image.ts'
export { type NewElf, type NewRelocation, type NewSection, type NewSymbol, writeElf } from './elf-write.ts'
