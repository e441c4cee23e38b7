import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect as connectH2, createServer as createH2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { queryObjects } from 'node:v8'
import zlib, { createBrotliDecompress, createGunzip } from 'node:zlib'
import { createHubClient } from 'headwater/hub'
import { createHub, type HubOptions, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * Streams that are compressed, over real sockets.
 */

type Coding = 'gzip' | 'br'
const CODINGS: readonly Coding[] = ['gzip', 'br']
const decoders = { gzip: createGunzip, br: createBrotliDecompress }

async function serve(options: HubOptions = {}, onRequest?: (response: ServerResponse) => void) {
  const hub = createHub({ heartbeat: false, compress: true, ...options })
  const handle = toNodeHandler(hub)
  const served = await serveHub(hub, (request, response) => {
    onRequest?.(response)
    void handle(request, response)
  })
  return { hub, ...served }
}

/** A request as it is, without a client that decompresses by itself. */
async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
  const request = get(url, { headers, agent: false })
  onTestFinished(() => void request.destroy())
  request.on('error', () => {})
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

/** A stream, decompressed as it comes. */
async function read(url: string, coding: Coding, step = Infinity, cursor = '') {
  const response = await ask(url, { 'accept-encoding': coding, ...(cursor && { 'last-event-id': cursor }) })
  expect(response.headers['content-encoding']).toBe(coding)
  const decoder = decoders[coding]()
  let text = ''
  let bytes = 0
  decoder.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  let ended = false
  decoder.on('end', () => {
    ended = true
  })
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    for (let at = 0; at < chunk.length; at += step) decoder.write(chunk.subarray(at, at + step))
  })
  response.on('end', () => decoder.end())
  await eventually(() => expect(text).toContain('event: live'))
  return { response, text: () => text, bytes: () => bytes, ended: () => ended }
}

describe.each(CODINGS)('a stream with %s', (coding) => {
  it.each([
    ['small events', 1, Infinity],
    ['events of 200 bytes', 150, Infinity],
    ['events of 300 KB', 300_000, Infinity],
    ['events that the client reads byte by byte', 500, 1],
  ])('brings %s at once, and none waits for the next', async (_, length, step) => {
    const { hub, url } = await serve()
    const { text } = await read(url, coding, step)
    for (let n = 0; n < 10; n++) {
      const data = { n, text: 'xyz'.repeat(length / 3) }
      await hub.publish('n', data)
      // Nothing is published until this has come.
      await eventually(() => expect(text().endsWith(`event: n\ndata: ${JSON.stringify(data)}\n\n`)).toBe(true))
    }
  })

  it('has fewer bytes than its events', async () => {
    const { hub, url } = await serve()
    const { text, bytes } = await read(url, coding)
    for (let n = 0; n < 100; n++) {
      await hub.publish('order.updated', { id: `ord_${n}`, patch: { status: 'shipped', total: 31_415 } })
      await new Promise(setImmediate)
    }
    await eventually(() => expect(text()).toContain('"ord_99"'))
    expect(bytes()).toBeLessThan(text().length / 2)
  })

  it('resumes where it broke off', async () => {
    const { hub, url } = await serve()
    const first = await read(url, coding)
    const { id } = await hub.publish('n', 1)
    await eventually(() => expect(first.text()).toContain('data: 1\n'))
    first.response.destroy()
    for (let n = 2; n < 2000; n++) await hub.publish('n', n)
    const { text } = await read(url, coding, Infinity, id)
    const numbers = Array.from(text().matchAll(/event: n\ndata: (\d+)\n/g), ([, n]) => Number(n))
    expect(numbers).toEqual(Array.from({ length: 1998 }, (_, n) => n + 2))
    expect(text()).toContain('"recovered":true')
  })

  it('brings heartbeats', async () => {
    const { url } = await serve({ heartbeat: 5 })
    const { text } = await read(url, coding)
    await eventually(() => expect(text()).toMatch(/(: ping\n\n.*){3}/s))
  })

  it('ends well when the hub closes', async () => {
    const { hub, url } = await serve()
    const { text, ended } = await read(url, coding)
    await hub.close()
    await eventually(() => expect(ended()).toBe(true))
    expect(text()).toMatch(/event: goodbye\ndata: \{"reconnectInMs":0\}\n\n$/)
  })

  it('works over HTTP/2', async () => {
    const hub = createHub({ heartbeat: false, compress: true })
    // The compatibility API of HTTP/2 is the same as far as a handler uses it; its types are not.
    const server = createH2Server(toNodeHandler(hub) as never).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connectH2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      session.destroy()
      server.close()
    })
    const stream = session.request({ ':path': '/events', 'accept-encoding': coding })
    const [headers] = (await once(stream, 'response')) as [Record<string, string>]
    expect(headers['content-encoding']).toBe(coding)
    let text = ''
    const decoder = decoders[coding]()
    decoder.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    stream.on('data', (chunk: Buffer) => decoder.write(chunk))
    await eventually(() => expect(text).toContain('event: live'))
    for (let n = 0; n < 10; n++) {
      await hub.publish('n', n)
      await eventually(() => expect(text).toContain(`event: n\ndata: ${n}\n\n`))
    }
    stream.close()
    await eventually(() => expect(hub.stats().clients).toBe(0))
  })

  it('leaves nothing of a thousand clients that came and left', async () => {
    const { hub, port } = await serve()
    const prototype = coding === 'gzip' ? zlib.createGzip() : zlib.createBrotliCompress()
    prototype.destroy()
    const alive = (): number => queryObjects(prototype.constructor as new () => object, { format: 'count' })
    const before = alive()
    let opened = 0
    async function visit(): Promise<void> {
      while (opened < 1000) {
        opened++
        const client = connect(port, '127.0.0.1')
        client.on('error', () => {})
        client.write(`GET /events HTTP/1.1\r\nhost: a\r\naccept-encoding: ${coding}\r\n\r\n`)
        await once(client, 'data')
        // Reset, not closed: a thousand sockets would wait for their time to be over (TIME_WAIT).
        client.resetAndDestroy()
      }
    }
    await Promise.all(Array.from({ length: 20 }, visit))
    await eventually(() => expect(hub.stats().clients).toBe(0))
    expect(hub.stats().endings.closed).toBe(1000)
    await eventually(() => expect(alive()).toBeLessThanOrEqual(before))
  })
})

describe('the headers of a stream', () => {
  it('name the coding, and keep proxies from another', async () => {
    const { url } = await serve({ origins: ['https://app.example'] })
    const { headers } = await ask(url, { 'accept-encoding': 'gzip, br', origin: 'https://app.example' })
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
    })
    expect(headers.vary?.split(', ').sort()).toEqual(['accept-encoding', 'origin'])
  })

  it.each([
    ['does not say what it accepts', {}],
    ['accepts nothing but the stream as it is', { 'accept-encoding': 'identity' }],
    ['refuses both codings', { 'accept-encoding': 'gzip;q=0, br;q=0, *' }],
  ])('name no coding where the client %s', async (_, accepted: Record<string, string>) => {
    const { url } = await serve()
    const response = await ask(url, accepted)
    expect(response.headers['content-encoding']).toBeUndefined()
    expect(response.headers.vary).toContain('accept-encoding')
    const [chunk] = (await once(response, 'data')) as [Buffer]
    expect(`${chunk}`).toContain('event: connected\n')
  })

  it('say nothing of codings unless the option is set', async () => {
    const { url } = await serve({ compress: false })
    const { headers } = await ask(url, { 'accept-encoding': 'gzip, br' })
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers.vary ?? '').not.toContain('accept-encoding')
  })

  it('say nothing of codings through hub.fetch, which cannot flush', async () => {
    const hub = createHub({ compress: true })
    onTestFinished(() => hub.close())
    const response = await hub.fetch(new Request('http://a/events', { headers: { 'accept-encoding': 'gzip' } }))
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(response.headers.get('vary') ?? '').not.toContain('accept-encoding')
    await response.body?.cancel()
  })
})

it('an answer in JSON is not compressed', async () => {
  const { url } = await serve()
  const { headers, statusCode } = await ask(`${url}/stats`, { 'accept-encoding': 'gzip' })
  expect(statusCode).toBe(200)
  expect(headers['content-encoding']).toBeUndefined()
})

it('a client that uses fetch has each event, and resumes after a break', async () => {
  const responses: ServerResponse[] = []
  const { hub, url } = await serve({}, (response) => responses.push(response))
  const recovered: unknown[] = []
  const codings: unknown[] = []
  const sse = createHubClient(url, {
    retry: { initial: 1 },
    onOpen: (opened) => recovered.push(opened.recovered),
    async fetch(...request) {
      const response = await fetch(...request)
      codings.push(response.headers.get('content-encoding'))
      return response
    },
  })
  onTestFinished(() => sse.close())
  const heard: unknown[] = []
  sse.subscribe('n', (data) => heard.push(data))
  await eventually(() => expect(recovered).toEqual([false]))
  for (let n = 0; n < 10; n++) {
    await hub.publish('n', n)
    await eventually(() => expect(heard.at(-1)).toBe(n))
  }
  responses[0]?.destroy()
  await eventually(() => expect(hub.stats().endings.closed).toBe(1))
  await hub.publish('n', 10)
  await eventually(() => expect(heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
  expect(recovered).toEqual([false, true])
  expect(codings).toEqual(['gzip', 'gzip'])
})

it('a client that never reads is cut off within the bounds, while others have every event', async () => {
  const { hub, port, url } = await serve({ log: memoryLog({ size: 0 }), limits: { queueBytes: 1 << 20 } })
  const idle = connect(port, '127.0.0.1')
  idle.on('error', () => {})
  onTestFinished(() => void idle.destroy())
  idle.write('GET /events HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\n\r\n')
  await once(idle, 'data')
  idle.pause()
  const { text } = await read(url, 'gzip')
  while (hub.stats().clients === 2) {
    // Does not compress well.
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64')
    await hub.publish('n', noise)
    await eventually(() => expect(text().endsWith(`${noise}"\n\n`)).toBe(true))
    expect(hub.stats().queue.bytes).toBeLessThanOrEqual(1 << 20)
  }
  expect(hub.stats()).toMatchObject({ clients: 1, queue: { bytes: 0 }, endings: { overflow: 1 } })
})

it('a client that takes nothing for too long is cut off', async () => {
  const { hub, port } = await serve({
    heartbeat: 5,
    limits: { stall: 20, queueBytes: Infinity, queueEvents: Infinity },
  })
  const idle = connect(port, '127.0.0.1')
  idle.on('error', () => {})
  onTestFinished(() => void idle.destroy())
  idle.write('GET /events HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\n\r\n')
  await once(idle, 'data')
  idle.pause()
  while (hub.stats().clients) {
    await hub.publish('n', Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64'))
    await new Promise(setImmediate)
  }
  expect(hub.stats().endings.stalled).toBe(1)
})

it('an error of zlib ends that stream only, and is reported', async () => {
  const made: zlib.Gzip[] = []
  const { createGzip } = zlib
  const spy = vi.spyOn(zlib, 'createGzip').mockImplementation((options) => {
    const stream = createGzip(options)
    made.push(stream)
    return stream
  })
  const { syncBuiltinESMExports } = await import('node:module')
  syncBuiltinESMExports()
  onTestFinished(() => {
    spy.mockRestore()
    syncBuiltinESMExports()
  })
  const onError = vi.fn()
  const { hub, url } = await serve({ onError })
  const first = await read(url, 'gzip')
  const second = await read(url, 'gzip')
  const over = new Promise((resolve) => first.response.once('close', resolve))
  const error = new Error('out of memory')
  made[0]?.destroy(error)
  await over
  await eventually(() => expect(hub.stats()).toMatchObject({ clients: 1, endings: { error: 1 } }))
  expect(onError.mock.calls).toEqual([[error, 'stream']])
  await hub.publish('n', 1)
  await eventually(() => expect(second.text()).toContain('data: 1\n'))
})
