import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/*
 * The Playwright suite of examples/testing/playwright, run as its users run theirs.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Two ports that nobody listens on, as far as can be known. */
async function freePorts(): Promise<[string, string]> {
  const servers = [createServer(), createServer()]
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return String((server.address() as AddressInfo).port)
    }),
  )
  for (const server of servers) server.close()
  return ports as [string, string]
}

it('passes, with the mock in the process of the tests and in one of its own', async () => {
  const [PAGE_PORT, MOCK_PORT] = await freePorts()
  // What vitest says of itself would make Vite another server than users have.
  const { VITEST, NODE_ENV, ...env } = process.env
  const child = spawn(
    `${root}/node_modules/.bin/playwright`,
    ['test', '--config', 'test/e2e/playwright.config.ts', '--reporter', 'line'],
    {
      cwd: root,
      env: { ...env, PATH: `${root}/node_modules/.bin:${env.PATH}`, PAGE_PORT, MOCK_PORT },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(code, out + err).toBe(0)
  expect(out).toContain('8 passed')
})
