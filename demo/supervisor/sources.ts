import { readdir, readFile, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { documentPage, folderPage } from './document.ts'

/*
 * The documents and the sources of the project, below /source/: documents as pages, sources as text. The page links to them and shows
 * parts of them.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Nothing else of the folder is shown. */
const SHOWN = new Set(['README.md', 'CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'LICENSE'])
const FOLDERS = ['docs', 'demo', 'src', 'adapters', 'server', 'testing', 'codegen', 'cli', 'examples', 'bench']
for (const folder of FOLDERS) SHOWN.add(folder)

/** All that is not text. */
const PICTURES: Readonly<Record<string, string>> = { '.png': 'image/png', '.svg': 'image/svg+xml' }

export function sources(): Plugin {
  return {
    name: 'headwater-demo-sources',
    configureServer: ({ middlewares }) =>
      void middlewares.use('/source', ({ url = '' }, response) => {
        show(new URL(url, 'http://localhost').pathname, response).catch(() => response.writeHead(404).end('Not found'))
      }),
  }
}

/**
 * The folders and the name of a file that is shown, from the root of the project.
 * @param pathname - As it stands in the URL, after `/source`.
 * @returns Undefined for all that is not shown.
 */
export function shownParts(pathname: string): string[] | undefined {
  const path = relative(ROOT, join(ROOT, decodeURIComponent(pathname)))
  const parts = path.split(sep).filter(Boolean)
  // Outside the root, the first part is `..`.
  if (parts.some((part) => part.startsWith('.'))) return undefined
  return parts[0] === undefined || SHOWN.has(parts[0]) ? parts : undefined
}

/** @throws Error for what is not there, and for what is not shown. */
async function show(pathname: string, response: ServerResponse): Promise<void> {
  const parts = shownParts(pathname)
  if (!parts) throw new Error('not shown')
  const path = join(ROOT, ...parts)
  const answer = (type: string, body: string | Buffer): unknown =>
    response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body)
  const html = (text: string): unknown => answer('text/html; charset=utf-8', text)

  if ((await stat(path)).isDirectory()) {
    // Relative links need the slash at the end.
    if (!pathname.endsWith('/')) response.writeHead(301, { location: `/source${pathname}/` }).end()
    else html(folderPage(parts, await namesIn(path, parts)))
  } else if (extname(path) === '.md') html(documentPage(parts.join('/'), await readFile(path, 'utf8')))
  else answer(PICTURES[extname(path)] ?? 'text/plain; charset=utf-8', await readFile(path))
}

async function namesIn(path: string, parts: readonly string[]): Promise<string[]> {
  const found = await readdir(path, { withFileTypes: true })
  return found
    .filter(({ name }) => shownParts(join(...parts, name)))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort()
}
