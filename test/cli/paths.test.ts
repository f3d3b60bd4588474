// SPDX-License-Identifier: Apache-2.0
// Arguments that are paths, as Windows has them.
import { expect, test } from 'vitest'
import { splitPattern } from '../../src/cli/objects.ts'
import { targetOf } from '../../src/cli/settings.ts'

test.for([
  ['build\\*.o', ['build', '*.o']],
  ['C:\\work\\*\\x.o', ['C:/work', '*/x.o']],
  ['build/**/*.o', ['build', '**/*.o']],
] as const)('the pattern %s, where \\ stands between folders', ([pattern, parts]) => {
  expect(splitPattern(pattern, { separator: '\\' })).toEqual(parts)
})

test.for([
  ['C:\\nowhere.o', 'C:\\nowhere.o: no such file'],
  ['D:/nowhere.o', 'D:/nowhere.o: no such file'],
  ['C:\\nowhere.o:main', 'C:\\nowhere.o: no such file'],
  ['nowhere.o:main', 'nowhere.o: no such file'],
])('a drive is no object: %s', ([text, words]) => {
  expect(() => targetOf(text)).toThrow(words!)
})
