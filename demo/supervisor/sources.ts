import { readdir, readFile, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

/*
 * The documents and the sources of the project, below /source/, as text: the page links to them and shows parts of them.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Nothing else of the folder is shown. */
const SHOWN = new Set(['README.md', 'CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'LICENSE', 'docs', 'demo'])
for (const folder of ['src', 'adapters', 'server', 'testing', 'codegen', 'cli', 'examples']) SHOWN.add(folder)

export function sources(): Plugin {
  return {
    name: 'headwater-demo-sources',
    configureServer: ({ middlewares }) =>
      void middlewares.use('/source', ({ url = '' }, response) => {
        show(new URL(url, 'http://localhost').pathname, response).catch(() => response.writeHead(404).end('Not found'))
      }),
  }
}

/** @throws Error for what is not there, and for what is not shown. */
async function show(pathname: string, response: ServerResponse): Promise<void> {
  const path = resolve(ROOT, `.${decodeURIComponent(pathname)}`)
  const parts = path.slice(ROOT.length).split(sep).filter(Boolean)
  if (!path.startsWith(resolve(ROOT)) || parts.some((part) => part.startsWith('.'))) throw new Error('not shown')
  if (parts[0] !== undefined && !SHOWN.has(parts[0])) throw new Error('not shown')
  if (!(await stat(path)).isDirectory()) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    return void response.end(await readFile(path))
  }
  // Relative links need the slash at the end.
  if (!pathname.endsWith('/')) return void response.writeHead(301, { location: `/source${pathname}/` }).end()
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(listing(parts, await namesIn(path, parts)))
}

async function namesIn(path: string, parts: readonly string[]): Promise<string[]> {
  const found = await readdir(path, { withFileTypes: true })
  return found
    .filter(({ name }) => !name.startsWith('.') && (parts.length > 0 || SHOWN.has(name)))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort()
}

/** Names of our own files: nothing in them needs to be escaped. */
const listing = (parts: readonly string[], names: readonly string[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>headwater: ${join('/', ...parts)}</title>
<link rel="stylesheet" href="/style.css">
<main class="listing"><h1>${join('/', ...parts)}</h1>
<ul>${['../', ...names].map((name) => `<li><a href="${name}">${name}</a></li>`).join('')}</ul></main>
</html>`
