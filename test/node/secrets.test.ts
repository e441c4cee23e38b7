import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { createSSE, type SSEOptions } from 'headwater'
import { createHubClient, type HubClientOptions } from 'headwater/hub'
import { requestEvents } from 'headwater/request'
import { createHub, type HubOptions, readToken } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * A token stands in the URL, in headers and in bodies, and things go wrong. It must not be in any error, log line or answer. The same
 * for storages, locks and channels of a browser: test/browser/secrets.test.ts.
 */

const TOKEN = 's3cr3t-t0k3n'

/** All that a log could show of a value: messages, causes, stacks and fields, hidden ones too. */
const allOf = (value: unknown): string =>
  [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value), (value as Error)?.stack].join('\n')

/** Collects what is written to the console, until the test ends. */
function watchConsole(): string[] {
  const lines: string[] = []
  for (const name of ['debug', 'error', 'info', 'log', 'warn'] as const) {
    const spy = vi.spyOn(console, name).mockImplementation((...args) => void lines.push(...args.map(allOf)))
    onTestFinished(() => spy.mockRestore())
  }
  return lines
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const STREAM = { 'content-type': 'text/event-stream' }
const refuse =
  (status: number, headers = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end('no')
const stream =
  (text: string): RequestListener =>
  (_, response) =>
    void response.writeHead(200, STREAM).end(text)

const BAD = { authorization: `Bearer ${TOKEN}\n${TOKEN}` }

const FAILURES: readonly [name: string, listener: RequestListener, options: HubClientOptions][] = [
  ['status 401', refuse(401), {}],
  ['status 401, and onUnauthorized fails', refuse(401), { onUnauthorized: () => Promise.reject(new Error('no')) }],
  ['status 403', refuse(403), {}],
  ['status 503', refuse(503), {}],
  ['a redirect with a header that is not sent on', refuse(302, { location: `/?token=${TOKEN}` }), {}],
  ['a redirect to itself', (request, response) => refuse(302, { location: request.url })(request, response), {}],
  ['another content type', refuse(200, { 'content-type': 'text/html' }), {}],
  ['a connection that breaks', (_, response) => void response.destroy(), {}],
  ['an answer that is no HTTP', ({ socket }) => void socket.end('hello\r\n\r\n'), {}],
  ['no answer', () => {}, { connectTimeout: 50 }],
  ['a silence', (_, response) => response.writeHead(200, STREAM).write(': hello\n\n'), { heartbeat: 50 }],
  ['data that are not JSON', stream('event: a\ndata: {\n\n'), {}],
  ['an event that is too long', stream(`event: a\ndata: ${'x'.repeat(5000)}\n\n`), { maxEventSize: 100 }],
  ['headers that cannot be sent', () => {}, { headers: () => BAD }],
]

describe('a token of a client', () => {
  it.each(FAILURES)('is in no error and no log after %s', async (_, listener, options) => {
    const origin = await serve(listener)
    const lines = watchConsole()
    const seen: string[] = []
    const note = (value: unknown): void => void seen.push(allOf(value))
    try {
      const client = createHubClient(`${origin}/events?token=${TOKEN}#${TOKEN}`, {
        headers: { authorization: `Bearer ${TOKEN}`, 'x-api-key': TOKEN },
        retry: { attempts: 1, initial: 1 },
        onState: note,
        onRetry: note,
        onInvalid: note,
        onGap: note,
        ...options,
      })
      onTestFinished(() => client.close())
      client.subscribe('a', () => {})
      await client.send('a', TOKEN).catch(note)
      await eventually(() => expect(seen.join()).toMatch(/closed|waiting/))
    } catch (error) {
      note(error)
    }
    expect(seen.length).toBeGreaterThan(1)
    expect([...seen, ...lines].filter((text) => text.includes(TOKEN))).toEqual([])
  })

  it.each<[string, SSEOptions, string?]>([
    ['a header', { headers: BAD }],
    ['a header that is no object', { headers: `Bearer ${TOKEN}` as never }],
    ['credentials in the URL', {}, `http://me:${TOKEN}@localhost/?token=${TOKEN}`],
    ['another scheme', {}, `ftp://localhost/?token=${TOKEN}`],
    ['a body in a GET', { body: TOKEN }],
    ['a body that is an object', { method: 'POST', body: { token: TOKEN } as never }],
    ['an option of another type', { lastEventId: { token: TOKEN } as never }],
  ])('is in no error when an option is refused: %s', (_, options, url = `http://localhost/?token=${TOKEN}`) => {
    const found: unknown[] = []
    try {
      createSSE(url, options)
    } catch (error) {
      found.push(error)
    }
    expect(found).toHaveLength(1)
    expect(allOf(found)).not.toContain(TOKEN)
  })

  it.each<[string, RequestListener]>([
    ['a refusal', refuse(401)],
    ['another content type', refuse(200, { 'content-type': 'text/html' })],
    ['a connection that breaks', (_, response) => void response.destroy()],
  ])('is in no error of requestEvents after %s', async (_, listener) => {
    const origin = await serve(listener)
    const request = { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` }, body: TOKEN }
    const loop = async (): Promise<void> => {
      for await (const _ of requestEvents(`${origin}/?token=${TOKEN}`, request));
    }
    const error = await loop().catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'SSEError' })
    expect(allOf(error)).not.toContain(TOKEN)
  })
})

describe('a token that a server gets', () => {
  const HEADERS = { authorization: `Bearer ${TOKEN}`, cookie: `session=${TOKEN}`, 'content-type': 'application/json' }
  const fail = (): never => {
    throw new Error('the database is away')
  }

  it.each<[name: string, options: HubOptions]>([
    ['everything is allowed', { canPublish: () => true, canReset: () => true }],
    ['nobody is known', { authenticate: () => null }],
    ['authenticate fails', { authenticate: fail }],
    ['authorize fails', { authorize: fail }],
    ['canPublish and canReadStats fail', { canPublish: fail, canReadStats: fail }],
    ['an answer is no principal', { authenticate: () => true as never }],
    ['there is no room', { limits: { clients: 0, postsPerSecond: 0 } }],
  ])('is in no answer, no observer and no log if %s', async (_, options) => {
    const lines = watchConsole()
    const seen: string[] = []
    const note = (...args: unknown[]): void => void seen.push(allOf(args))
    const hub = createHub({
      authenticate: (request) => (readToken(request, { cookie: 'session', query: 'token' }) ? { userId: 'ada' } : null),
      ...options,
    })
    hub.observe({
      onConnect: note,
      onDisconnect: note,
      onReplay: note,
      onPublish: note,
      onDeliver: note,
      onError: note,
    })
    const { url } = await serveHub(hub, toNodeHandler(hub))
    const get = async (path: string): Promise<void> => {
      const leave = new AbortController()
      const response = await fetch(`${url}${path}?token=${TOKEN}&topics=a`, { headers: HEADERS, signal: leave.signal })
      note([...response.headers], new TextDecoder().decode((await response.body?.getReader().read())?.value))
      leave.abort()
    }
    const post = async (path: string, body: string): Promise<void> => {
      const response = await fetch(`${url}${path}?token=${TOKEN}`, { method: 'POST', headers: HEADERS, body })
      note([...response.headers], await response.text())
    }
    for (const path of ['', '/stats', '/metrics', '/health', '/nothing']) await get(path)
    for (const path of ['', '/reset', '/topics', '/nothing'])
      for (const body of ['{', '[]', '{"event":"a","data":1}', '{"clientId":"x","rev":1,"add":["b"]}'])
        await post(path, body)
    note(hub.stats(), hub.clients(), hub.presence())
    expect(seen.length).toBeGreaterThan(20)
    expect([...seen, ...lines].filter((text) => text.includes(TOKEN))).toEqual([])
  })
})

describe('a token on the command line', () => {
  const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

  /** All that the command prints. */
  async function output(...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill())
    let text = ''
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk) => (text += chunk))
    await once(child, 'close')
    return text
  }

  it.each<[string, RequestListener]>([
    ['a stream that ends', stream('id: 1\nevent: a\ndata: 1\n\n')],
    ['a refusal', refuse(401)],
    ['a redirect', refuse(302, { location: `/?token=${TOKEN}` })],
    ['another content type', refuse(200, { 'content-type': 'text/html' })],
    ['a connection that breaks', (_, response) => void response.destroy()],
  ])('is not printed by `headwater listen -v` after %s', async (_, listener) => {
    const { host } = new URL(await serve(listener))
    const url = `http://me:${TOKEN}@${host}/events?token=${TOKEN}&session=${TOKEN}`
    const own = ['-H', `x-api-key: ${TOKEN}`, '-H', `cookie: a=${TOKEN}`]
    const text = await output('listen', url, '-v', '--stats', '-n', '1', '--once', ...own)
    expect(text).toContain(host)
    expect(text).not.toContain(TOKEN)
  })
})
