// SPDX-License-Identifier: Apache-2.0
// The bundlers people build pages with, each with nothing configured that has to do with kfuncs. A row serves the page of a
// folder (index.html, page.js, public/) and says where.
import { existsSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type BuildOptions, build as esbuild } from 'esbuild'
import { build as viteBuild, createServer as viteServer, type InlineConfig, preview } from 'vite'
import webpack from 'webpack'

export interface Served {
  readonly url: string
  readonly close: () => Promise<void>
}
export interface Bundler {
  readonly name: string
  readonly serve: (app: string) => Promise<Served>
}

export const bundlers: readonly Bundler[] = [
  { name: 'Vite, development', serve: viteDev },
  { name: 'Vite, production', serve: vitePreview },
  { name: 'esbuild, split', serve: (app) => byEsbuild(app, { format: 'esm', splitting: true }) },
  { name: 'esbuild, one file', serve: (app) => byEsbuild(app, { format: 'iife' }) },
  { name: 'webpack, production', serve: byWebpack },
]

const viteConfig = (app: string): InlineConfig => ({
  root: app,
  configFile: false,
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0 },
  preview: { host: '127.0.0.1', port: 0 },
  build: { outDir: 'out/vite' },
})

async function viteDev(app: string): Promise<Served> {
  const server = await viteServer(viteConfig(app))
  await server.listen()
  return { url: server.resolvedUrls!.local[0]!, close: () => server.close() }
}

async function vitePreview(app: string): Promise<Served> {
  await viteBuild(viteConfig(app))
  const server = await preview(viteConfig(app))
  return { url: server.resolvedUrls!.local[0]!, close: () => server.close() }
}

async function byEsbuild(app: string, options: BuildOptions): Promise<Served> {
  const out = join(app, 'out', `esbuild-${options.format}`)
  await esbuild({
    entryPoints: [join(app, 'page.js')],
    bundle: true,
    minify: true,
    outdir: out,
    logLevel: 'warning',
    ...options,
  })
  return serveFiles(app, out)
}

async function byWebpack(app: string): Promise<Served> {
  const out = join(app, 'out', 'webpack')
  await new Promise<void>((resolve, reject) => {
    webpack(
      {
        mode: 'production',
        context: app,
        entry: './page.js',
        output: { path: out, filename: 'page.js' },
        performance: false,
      },
      (error, stats) => {
        if (error !== null) return reject(error)
        const { errors = [], warnings = [] } = stats?.toJson({ errors: true, warnings: true }) ?? {}
        const told = [...errors, ...warnings].map(({ message }) => message)
        if (told.length === 0) resolve()
        else reject(new Error(`webpack says: ${told.join('\n')}`))
      },
    )
  })
  return serveFiles(app, out)
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }

/** index.html and public/ of the app, and what was built. */
async function serveFiles(app: string, out: string): Promise<Served> {
  const server = createHttpServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const name = path === '/' ? 'index.html' : path.slice(1)
    const file = [join(out, name), join(app, 'public', name), join(app, name)].find((each) => existsSync(each))
    if (file === undefined || name.includes('..')) return void response.writeHead(404).end()
    const type = types[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.close()
    },
  }
}
