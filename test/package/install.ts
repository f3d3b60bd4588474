// SPDX-License-Identifier: Apache-2.0
// The tarball that would be published, installed where there is nothing else: as its users have it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** npm, quietly; what it prints. */
export const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })

export interface Installed {
  readonly tarball: string
  readonly unpackedSize: number
}

/** Packs dist as it is and installs it in `app`, a folder that it makes. */
export function installPackage(app: string): Installed {
  mkdirSync(app, { recursive: true })
  const packed = npm(['pack', '--pack-destination', app, '--ignore-scripts', '--json'], process.cwd())
  const [{ filename, unpackedSize }] = JSON.parse(packed) as [{ filename: string; unpackedSize: number }]
  const tarball = join(app, filename)
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n')
  npm(['install', tarball], app)
  return { tarball, unpackedSize }
}
