import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'

/*
 * The page of an application whose tabs share a connection, and the modules of the built package that it imports.
 */

const root = new URL('../../../', import.meta.url)

const PAGE = `<!doctype html>
<title>Chaos</title>
<script type="importmap">
{ "imports": { "headwater/hub": "/dist/hub/index.js", "headwater/tabs": "/dist/tabs/index.js" } }
</script>
<script type="module">
  import { createHubClient } from 'headwater/hub'
  import { acrossTabs } from 'headwater/tabs'
  import { App } from '/app.js'
  const tabs = acrossTabs()
  const topics = JSON.parse(new URLSearchParams(location.search).get('topics'))
  window.app = new App({ create: createHubClient, origin: location.origin, topics, tabs })
</script>`

/** @returns The type and the text of a file. Without a text, there is no such file. */
export async function readPage(path: string): Promise<readonly [type: string, text: string | undefined]> {
  if (path === '/page') return ['text/html', PAGE]
  if (path === '/app.js')
    return ['text/javascript', stripTypeScriptTypes(await readFile(new URL('app.ts', import.meta.url), 'utf8'))]
  if (/^\/dist\/[\w/.-]+\.js$/.test(path)) return ['text/javascript', await readFile(new URL(`.${path}`, root), 'utf8')]
  return ['text/plain', undefined]
}
