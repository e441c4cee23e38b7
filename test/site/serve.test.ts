import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { serve } from '../../site/serve.ts'

/** A site of two pages, with a file beside its folder. */
async function site(): Promise<string> {
  const parent = mkdtempSync(join(tmpdir(), 'headwater-site-'))
  mkdirSync(join(parent, 'dist/api'), { recursive: true })
  writeFileSync(join(parent, 'dist/index.html'), '<title>Start</title>')
  writeFileSync(join(parent, 'dist/api/index.html'), '<title>API</title>')
  writeFileSync(join(parent, 'dist/app.js'), 'start()')
  writeFileSync(join(parent, 'secret.html'), 'secret')
  const { server, origin } = await serve(join(parent, 'dist'))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    rmSync(parent, { recursive: true })
  })
  return origin
}

it('a folder is served with its types, and an address that ends with a slash is its index', async () => {
  const origin = await site()
  const get = async (path: string): Promise<unknown[]> => {
    const response = await fetch(origin + path)
    return [response.status, response.headers.get('content-type'), await response.text()]
  }
  expect(await get('/')).toEqual([200, expect.stringContaining('text/html'), '<title>Start</title>'])
  expect(await get('/api/')).toEqual([200, expect.stringContaining('text/html'), '<title>API</title>'])
  expect(await get('/app.js')).toEqual([200, expect.stringContaining('text/javascript'), 'start()'])
  expect((await get('/nowhere.html'))[0]).toBe(404)
})

it('a file outside of the folder is not served', async () => {
  const origin = await site()
  // fetch() would resolve the dots itself.
  const status = await new Promise((resolve, reject) => {
    request(origin, { path: '/../secret.html' }, ({ statusCode }) => resolve(statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(404)
})
