import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { afterAll, expect, it } from 'vitest'
import { readSpec } from './cypress.ts'
import { launchBrowser, PATIENCE } from './start.ts'

/*
 * examples/testing/cypress/orders.cy.ts as it stands, against the command that it names, in Chromium, but not in Cypress: see
 * cypress.ts.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))

// The Node that npm scripts get: it runs TypeScript by itself, whichever runs the tests.
const mock = spawn(
  `${root}/node_modules/.bin/node`,
  ['cli/main.ts', 'mock', '--tick', '0', '--replay', '--quiet', '--port', '0'],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const [url] = (await once(createInterface(mock.stdout), 'line')) as [string]
process.env.MOCK_PORT = new URL(url).port
const server = await createServer({
  configFile: `${root}/examples/testing/page/vite.config.ts`,
  server: { port: 0, ws: false },
  logLevel: 'warn',
})
await server.listen()
const browser = await launchBrowser()
afterAll(async () => {
  await browser.close()
  await server.close()
  mock.kill()
  await once(mock, 'exit')
})

const baseURL = server.resolvedUrls?.local[0]
const specs = await readSpec(() => import('../../examples/testing/cypress/orders.cy.ts'))

it.each(specs.map((spec) => [spec.title, spec] as const))('%s', async (_, spec) => {
  const page = await browser.newPage({ ...(baseURL && { baseURL }) })
  page.setDefaultTimeout(PATIENCE)
  await spec.run(page)
  await page.close()
})

it('has read them all', () => {
  expect(specs).toHaveLength(4)
})
