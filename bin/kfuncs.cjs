#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What `kfuncs` runs. ES5, and a file of its own: a Node that is too old must get as far as to say so.
'use strict'
var parts = process.versions.node.split('.')
var major = Number(parts[0])
var minor = Number(parts[1])
if (major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 3)) {
  process.stderr.write(
    'kfuncs: needs Node 20.19, 22.3 or later, and this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      ')\n'
  )
  process.exit(2)
}
require('./start.cjs')
