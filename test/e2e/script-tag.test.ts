import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHub } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, newPage } from './start.ts'

/*
 * The pages of docs/guides/script-tag.md as they are pasted, with the built package in node_modules.
 */

const root = join(import.meta.dirname, '../..')
const PACKAGE = '/node_modules/headwater/dist/'

async function openSite() {
  const guide = await readFile(join(root, 'docs/guides/script-tag.md'), 'utf8')
  const [small = '', whole = ''] = [...guide.matchAll(/^```html\n(.*?)^```$/gms)].map(([, html]) => html)
  const pages: Readonly<Record<string, string>> = { '/small.html': small, '/whole.html': whole }
  const hub = createHub()
  const stream = toNodeHandler(hub)
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname.startsWith('/api/events')) return void stream(request, response)
    asked.push(pathname)
    const file = pathname.startsWith(PACKAGE) && join(root, 'dist', pathname.slice(PACKAGE.length))
    const body = pages[pathname] ?? (file ? await readFile(file).catch(() => undefined) : undefined)
    const type = file ? 'text/javascript' : 'text/html'
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    hub,
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await hub.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('a page without a bundler', () => {
  let site: Awaited<ReturnType<typeof openSite>>
  let browser: Browser

  beforeAll(async () => {
    site = await openSite()
    browser = await launchBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await site.close()
  })

  const clients = (count: number) => expect.poll(() => site.hub.stats().clients).toBe(count)

  it('has client, tabs and stores by an import map', async () => {
    const page = await newPage(browser, [])
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(`${site.url}/whole.html`)
    await expect.poll(() => page.textContent('#status')).toBe('live')
    await clients(1)
    await site.hub.publish('order.created', { id: 'A-1', total: 40 })
    await expect.poll(() => page.textContent('#orders')).toBe('A-1: 40')
    expect(errors).toEqual([])
    // The core is loaded once, whichever imports share it.
    expect(site.asked.filter((path) => path.endsWith('/chunks/core.js'))).toHaveLength(1)
    await page.close()
    await clients(0)
  })

  it('has the client by one file', async () => {
    const page = await newPage(browser, [])
    const logged: string[] = []
    page.on('console', (message) => logged.push(message.text()))
    site.asked.length = 0
    await page.goto(`${site.url}/small.html`)
    await clients(1)
    await site.hub.publish('order.created', { id: 'A-2', total: 50 })
    await expect.poll(() => logged.join()).toContain('A-2')
    expect(site.asked.filter((path) => path.startsWith(PACKAGE))).toEqual([`${PACKAGE}headwater.min.js`])
    await page.close()
  })
})
