import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Fault, FaultKind } from '../prove/chaos/fault.ts'
import { ChaosProxy } from '../prove/chaos/proxy.ts'
import { eventually } from '../support/eventually.ts'

/*
 * The proxy that makes faults for `npm run prove -- chaos`: each fault, over real sockets.
 */

/** So long that only heal() ends it, in milliseconds. */
const LONG = 1_000_000
const REQUEST = 'GET /events HTTP/1.1\r\nhost: a.test\r\n\r\n'

const fault = (kind: FaultKind, rest: Partial<Fault> = {}): Fault => ({
  kind,
  pick: 0,
  bytes: 0,
  ms: LONG,
  pause: 0,
  ...rest,
})

/** A connection to the proxy, and what came of it. */
class Visitor {
  text = ''
  /** It came to an end: FIN. */
  hasEnded = false
  error: string | undefined
  readonly socket: Socket
  readonly closed: Promise<unknown>

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('data', (bytes) => {
      this.text += bytes.toString('latin1')
    })
    this.socket.on('end', () => {
      this.hasEnded = true
    })
    this.socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.error = code
    })
    this.closed = new Promise((resolve) => this.socket.once('close', resolve))
    this.socket.write(REQUEST)
    onTestFinished(() => void this.socket.destroy())
  }

  /** What has come of the body: chunks of one letter each are written by {@link say}. */
  get body(): string {
    return this.text.slice(this.text.indexOf('\r\n\r\n') + 4)
  }
}

let proxy: ChaosProxy
let responses: ServerResponse[]
let requests: number
let closed: ServerResponse[]

beforeEach(async () => {
  responses = []
  // Of this test: those of the one before it may still close.
  const own: ServerResponse[] = []
  closed = own
  requests = 0
  const server = createServer((_, response) => {
    requests++
    responses.push(response)
    response.on('close', () => own.push(response))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('a')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  proxy = new ChaosProxy(() => 0)
  proxy.servers = [(server.address() as AddressInfo).port]
  await proxy.listen()
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
})

afterEach(() => proxy.close())

/** A stream that is open, with its first letter. */
async function stream(): Promise<Visitor> {
  const visitor = new Visitor(proxy.port)
  await eventually(() => expect(visitor.body).toBe('1\r\na\r\n'))
  return visitor
}

/** The server sends a chunk. */
const say = (text: string, which = 0): unknown => responses[which]?.write(text)

/** The same request by a client that knows HTTP. */
async function ask(): Promise<IncomingMessage> {
  const [response] = await once(get({ port: proxy.port, host: '127.0.0.1' }), 'response')
  return response
}

it('passes on everything while there is no fault, and notices who leaves', async () => {
  const visitor = await stream()
  say('b'.repeat(100_000))
  await eventually(() => expect(visitor.body).toHaveLength('1\r\na\r\n'.length + '186a0\r\n'.length + 100_002))
  visitor.socket.destroy()
  await eventually(() => expect(closed).toHaveLength(1))
  await eventually(() => expect(proxy.sockets).toBe(0))
})

it('refuses connections while there is no server', async () => {
  proxy.servers = []
  const visitor = new Visitor(proxy.port)
  await visitor.closed
  expect([visitor.text, visitor.error]).toEqual(['', 'ECONNRESET'])
})

it('makes no fault where there is no connection', () => {
  expect(proxy.inflict(fault('cut'))).toBe(false)
  expect(proxy.counts.cut).toBe(0)
})

it('does it to a connection that is whole, if there is one', async () => {
  const [first, second] = [await stream(), await stream()]
  proxy.inflict(fault('stall response'))
  proxy.inflict(fault('cut'))
  say('b', 1)
  await second.closed
  expect(first.socket.closed).toBe(false)
})

describe('a fault of an open connection', () => {
  it('cut: the connection closes after so many bytes, and the server notices', async () => {
    const visitor = await stream()
    proxy.inflict(fault('cut', { bytes: 5 }))
    say('bcdef')
    await visitor.closed
    expect([visitor.body, visitor.error]).toEqual(['1\r\na\r\n5\r\nbc', undefined])
    await eventually(() => expect(closed).toHaveLength(1))
    expect(proxy.counts.cut).toBe(1)
  })

  it('reset: the client gets RST', async () => {
    const visitor = await stream()
    proxy.inflict(fault('reset', { bytes: 1 }))
    say('b')
    await visitor.closed
    expect(visitor.error).toBe('ECONNRESET')
    await eventually(() => expect(closed).toHaveLength(1))
  })

  it('stall response: nothing comes until it is over, and then all', async () => {
    const visitor = await stream()
    proxy.inflict(fault('stall response'))
    say('b')
    // Another connection passes meanwhile.
    await stream()
    expect(visitor.body).toBe('1\r\na\r\n')
    proxy.heal()
    await eventually(() => expect(visitor.body).toBe('1\r\na\r\n1\r\nb\r\n'))
  })

  it('stall request: the server does not notice that the client has left, until it is over', async () => {
    const visitor = await stream()
    proxy.inflict(fault('stall request'))
    visitor.socket.destroy()
    await stream()
    expect(closed).toHaveLength(0)
    proxy.heal()
    await eventually(() => expect(closed).toHaveLength(1))
  })

  it('delay: everything comes, in order', async () => {
    const visitor = await stream()
    proxy.inflict(fault('delay', { bytes: 4 }))
    for (const letter of 'bcd') say(letter)
    say('e'.repeat(10))
    await eventually(() =>
      expect(visitor.body).toBe(`1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\nd\r\na\r\n${'e'.repeat(10)}\r\n`),
    )
  })

  it('truncate: the response ends in order, within a chunk', async () => {
    const response = await ask()
    let body = ''
    response.setEncoding('latin1').on('data', (text) => (body += text))
    await eventually(() => expect(body).toBe('a'))
    proxy.inflict(fault('truncate', { bytes: 3 }))
    say('bc')
    say('defgh')
    await once(response, 'end')
    expect([body, response.complete]).toEqual(['abcde', true])
    await eventually(() => expect(closed).toHaveLength(1))
  })

  it('half-close to client: the client gets FIN, and the server does not notice', async () => {
    const visitor = await stream()
    proxy.inflict(fault('half-close to client', { bytes: 1 }))
    say('b')
    await eventually(() => expect(visitor.hasEnded).toBe(true))
    await stream()
    expect(closed).toHaveLength(0)
    proxy.heal()
    await eventually(() => expect(closed).toHaveLength(1))
  })

  it('half-close to server: the server gets FIN', async () => {
    const visitor = await stream()
    const ended = once(responses[0]?.socket as Socket, 'end')
    proxy.inflict(fault('half-close to server'))
    await ended
    expect(visitor.error).toBeUndefined()
  })
})

describe('a fault of the next connection', () => {
  /** A connection is cut for it. The next one is returned. */
  async function inflict(kind: FaultKind, rest: Partial<Fault> = {}): Promise<void> {
    const first = await stream()
    proxy.inflict(fault(kind, rest))
    await first.closed
    expect(proxy.counts[kind]).toBe(0)
  }

  it.each([
    ['503', 503, undefined, 'undefined'],
    ['503 with Retry-After', 503, '1', 'undefined'],
    ['502 with HTML', 502, undefined, 'text/html'],
  ] as const)('%s: the proxy answers, and the server gets no request', async (kind, status, retryAfter, type) => {
    await inflict(kind)
    const { statusCode, headers } = await ask()
    expect([statusCode, headers['retry-after'], `${headers['content-type']}`]).toEqual([status, retryAfter, type])
    expect([requests, proxy.counts[kind]]).toEqual([1, 1])
    expect((await ask()).statusCode).toBe(200)
  })

  it('no answer: nothing comes, and the server gets no request', async () => {
    await inflict('no answer')
    const visitor = new Visitor(proxy.port)
    await eventually(() => expect(proxy.counts['no answer']).toBe(1))
    await stream()
    expect([visitor.text, requests]).toEqual(['', 2])
    visitor.socket.end()
    await visitor.closed
  })

  it('no answer: the end of all faults ends it', async () => {
    await inflict('no answer')
    const visitor = new Visitor(proxy.port)
    await eventually(() => expect(proxy.counts['no answer']).toBe(1))
    proxy.heal()
    await visitor.closed
  })

  it('refuse: the client gets RST', async () => {
    await inflict('refuse')
    const visitor = new Visitor(proxy.port)
    await visitor.closed
    expect([visitor.error, requests]).toEqual(['ECONNRESET', 1])
  })

  it('cut request: the server gets so many bytes of it', async () => {
    await inflict('cut request', { bytes: 10 })
    let text = ''
    const server = createTcpServer((socket) => socket.on('data', (bytes) => (text += bytes)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    proxy.servers = [(server.address() as AddressInfo).port]
    await new Visitor(proxy.port).closed
    await eventually(() => expect(text).toBe(REQUEST.slice(0, 10)))
    server.close()
  })

  it('double: the server has two connections, and one of them is cut', async () => {
    await inflict('double', { bytes: 1, ms: 1 })
    const visitor = await stream()
    await eventually(() => expect([requests, closed.length]).toEqual([3, 2]))
    expect(visitor.socket.closed).toBe(false)
    visitor.socket.destroy()
    await eventually(() => expect(closed).toHaveLength(3))
  })

  it('double: the one that is cut may be that of the client', async () => {
    await inflict('double', { bytes: 2, ms: 1 })
    await new Visitor(proxy.port).closed
    await eventually(() => expect([requests, closed.length]).toEqual([3, 3]))
  })
})
