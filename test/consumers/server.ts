import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from './consumer.ts'
import { policyOf, type Source } from './site.ts'

/*
 * A consumer that is a server: it renders the page, and has a hub of its own. Every request passes through here, so that its pages
 * get the policy, and its stream can be broken.
 */

/** How long it may take to start, on a busy machine. In milliseconds. */
const PATIENCE = 60_000

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

/**
 * @param stream - The address of the stream, for what is rendered on the server.
 * @throws Error with the end of what it printed.
 */
export async function startServer(folder: string, [program, ...args]: Command, stream: string): Promise<Source> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const path = program === 'node' ? program : join(folder, 'node_modules/.bin', program)
  const child = spawn(path, args, {
    cwd: folder,
    env: { ...process.env, STREAM: stream, PORT: `${port}`, HOST: '127.0.0.1', ORIGIN: origin, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // It may start others: they are ended with it.
    detached: true,
  })
  let printed = ''
  for (const out of [child.stdout, child.stderr]) out.on('data', (chunk) => (printed += chunk))
  const stop = (): void => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  const end = Date.now() + PATIENCE
  while (!(await fetch(origin).catch(() => undefined))) {
    if (child.exitCode !== null || Date.now() > end) {
      stop()
      throw Error(`it should start; ${printed.trim().slice(-600)}`)
    }
    await sleep(50)
  }

  let clients = 0
  return {
    get clients() {
      return clients
    },
    page: (request, response) => pass(request, response, origin),
    stream(request, response) {
      pass(request, response, origin, () => {
        clients++
        response.on('close', () => clients--)
      })
    },
    async publish(n) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: `${n}` }
      const { status } = await fetch(`${origin}/publish`, init)
      if (status !== 204) throw Error(`it should publish, and answers with ${status}`)
    },
    close: async () => stop(),
  }
}

/** Passes a request on, and its response back. A page gets the policy. */
function pass(request: IncomingMessage, response: ServerResponse, origin: string, onResponse = (): void => {}): void {
  const { 'accept-encoding': _, ...headers } = request.headers
  const upstream = send(`${origin}${request.url}`, { method: request.method, headers }, async (answer) => {
    onResponse()
    const { statusCode = 500 } = answer
    if (!answer.headers['content-type']?.startsWith('text/html')) {
      response.writeHead(statusCode, answer.headers)
      return void answer.pipe(response)
    }
    const html = (await answer.toArray()).join('')
    const { 'content-length': __, 'transfer-encoding': ___, ...kept } = answer.headers
    response.writeHead(statusCode, { ...kept, 'content-security-policy': policyOf(html) }).end(html)
  })
  upstream.on('error', () => response.destroy())
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}
