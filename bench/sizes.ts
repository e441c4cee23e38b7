import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { table } from './table.ts'

/*
 * npm run bench:sizes: what one import of each contestant adds to an application's bundle, its dependencies included. Of headwater that is the published package: run `npm run build` first.
 */

const IMPORTS = {
  'eventsource-parser (floor)': "export { createParser } from 'eventsource-parser'",
  'headwater: createSSE': "export { createSSE } from '../dist/index.js'",
  'headwater: everything': "export * from '../dist/index.js'",
  'eventsource-client': "export { createEventSource } from 'eventsource-client'",
  eventsource: "export { EventSource } from 'eventsource'",
  '@microsoft/fetch-event-source': "export { fetchEventSource } from '@microsoft/fetch-event-source'",
  'sse.js': "export { SSE } from 'sse.js'",
}

async function sizes(contents: string): Promise<{ minified: number; brotli: number }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const bytes = Buffer.concat(outputFiles.map((file) => file.contents))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
  return { minified: bytes.length, brotli: brotliCompressSync(bytes, { params }).length }
}

const rows: string[][] = []
for (const [name, contents] of Object.entries(IMPORTS)) {
  const { minified, brotli } = await sizes(contents)
  rows.push([name, `${minified}`, `${brotli}`])
}
console.log(table(['bytes', 'minified', 'brotli'], rows))
