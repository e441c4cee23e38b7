import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { createHub } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { type Browser, chromium, firefox, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findBrowsers } from '../../scripts/browsers.mjs'
import type {} from './csp-page.tsx'
import { PATIENCE } from './start.ts'

/*
 * The built package under a strict policy: the page may run its own scripts and talk to its own server, and nothing else. No
 * `unsafe-*`, and Trusted Types refuse every text that would become HTML or a script.
 */

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  // No policy may be made either.
  "trusted-types 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const PAGE = '<!doctype html><title>Strict</title><main></main><script type="module" src="/page.js"></script>'

const found = findBrowsers()
const BROWSERS: Record<string, () => Promise<Browser>> = {
  Chromium: () => chromium.launch({ ...found.chromium, args: ['--no-sandbox'] }),
  // Only where it is recent enough to be driven.
  ...(found.firefox && { Firefox: () => firefox.launch(found.firefox) }),
}
/** An installed Firefox is driven over WebDriver BiDi, which knows no emulation of media. */
const CONTEXT = { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null }

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const dist = (name: string): string => path(`../../dist/${name}.js`)

/** The page's script, with the built package in it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path('./csp-page.tsx')],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    // Not the paths to the sources.
    tsconfigRaw: '{}',
    alias: {
      headwater: dist('index'),
      'headwater/hub': dist('hub/index'),
      'headwater/resume': dist('resume/index'),
      'headwater/tabs': dist('tabs/index'),
      'headwater/store': dist('adapters/store'),
      'headwater/react': dist('adapters/react'),
    },
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

async function openSite() {
  const hub = createHub({ canPublish: () => true })
  const stream = toNodeHandler(hub)
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html', PAGE],
    '/page.js': ['text/javascript', await bundle()],
    '/dist/headwater.min.js': ['text/javascript', await readFile(dist('headwater.min'), 'utf8')],
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname.startsWith('/events')) return void stream(request, response)
    const [type, text] = files[pathname] ?? []
    response
      .writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain', 'content-security-policy': POLICY })
      .end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    hub,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      await hub.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

let site: Awaited<ReturnType<typeof openSite>>

beforeAll(async () => {
  site = await openSite()
})

afterAll(() => site.close())

describe.each(Object.entries(BROWSERS))('a page with a strict policy, in %s', (_, launch) => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(() => browser.close())

  let newPage: (query: string) => Promise<Page>
  let leave: () => Promise<void>

  beforeEach(async () => {
    const context = await browser.newContext(CONTEXT)
    newPage = async (query) => {
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE)
      await page.goto(site.url + query)
      await expect.poll(() => page.evaluate(() => 'page' in window)).toBe(true)
      return page
    }
    leave = () => context.close()
  })

  afterEach(() => leave())

  const heard = (page: Page) => page.evaluate(() => window.page.heard)
  const clients = (count: number) => expect.poll(() => site.hub.stats().clients).toBe(count)

  it.each([
    ['over fetch', ''],
    ['over EventSource', '?native'],
    ['across tabs', '?tabs'],
  ])('uses client, topics, a kept cursor, stores and hooks %s', async (_, query) => {
    const page = await newPage(query)
    await expect.poll(async () => (await heard(page)).status).toBe('open')
    await expect.poll(() => site.hub.stats().topics).toBe(1)
    await site.hub.publish('n', 7)
    await site.hub.toTopic('notes', 'note', 'hello')
    await expect.poll(() => page.textContent('main')).toBe('last 7, 1 in all')
    await page.evaluate(() => window.page.send('n', 8))
    await expect.poll(() => page.textContent('main')).toBe('last 8, 2 in all')
    expect(await heard(page)).toMatchObject({ numbers: [7, 8], notes: ['hello'], violations: [], errors: [] })
    expect(await page.evaluate(() => window.page.namesOf('/dist/headwater.min.js'))).toContain('createSSE')
  })

  it('shares one connection with a second tab', async () => {
    const first = await newPage('?tabs')
    await expect.poll(async () => (await heard(first)).role).toBe('leader')
    const second = await newPage('?tabs')
    await expect.poll(async () => (await heard(second)).status).toBe('open')
    await clients(1)
    await site.hub.publish('n', 1)
    await expect.poll(async () => (await heard(second)).numbers).toEqual([1])
    for (const page of [first, second]) expect(await heard(page)).toMatchObject({ violations: [], errors: [] })
  })

  it('notices what the policy forbids, or these tests would prove nothing', async () => {
    const page = await newPage('')
    await page.evaluate(() => window.page.break())
    await expect.poll(async () => (await heard(page)).errors).toEqual(['TypeError', 'EvalError'])
    await expect.poll(async () => (await heard(page)).violations).toContain('img-src')
    expect((await heard(page)).violations).toContain('require-trusted-types-for')
  })
})
