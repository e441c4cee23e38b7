import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { connect as connectH2, createServer as createH2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createHub, type Hub, type HubOptions } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lateLog } from '../support/event-log.ts'

/*
 * Clients that take what they are sent slowly, over real connections. The time of the hub is turned by hand: a slow client is one
 * that reads a part of an event, and then nothing for twenty seconds.
 */

/** Reads so many bytes, or to the end of what there is in the test. */
interface SlowReader {
  read(bytes: number): Promise<string>
}

/** A stream of Node, read no faster than asked for. */
function slowly(stream: NodeJS.ReadableStream): SlowReader {
  const chunks = stream[Symbol.asyncIterator]()
  return {
    async read(bytes) {
      const taken: Buffer[] = []
      for (let size = 0; size < bytes; ) {
        const { done, value } = await chunks.next()
        if (done) throw new Error('the stream has ended')
        taken.push(value as Buffer)
        size += (value as Buffer).length
      }
      return Buffer.concat(taken).toString('latin1')
    },
  }
}

type Open = (hub: Hub, id: string) => Promise<SlowReader>

const overHttp1: Open = async (hub, id) => {
  const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const request = get({ port: (server.address() as AddressInfo).port, headers: id ? { 'last-event-id': id } : {} })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  onTestFinished(() => {
    response.destroy()
    server.closeAllConnections()
    server.close()
  })
  return slowly(response)
}

const overHttp2: Open = async (hub, id) => {
  // The compatibility API of HTTP/2 is the same as far as a handler uses it; its types are not.
  const server = createH2Server(toNodeHandler(hub) as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connectH2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const stream = session.request({ ':path': '/', ...(id && { 'last-event-id': id }) })
  stream.on('error', () => {})
  await once(stream, 'response')
  onTestFinished(() => {
    session.destroy()
    server.close()
  })
  return slowly(stream)
}

const overFetch: Open = async (hub, id) => {
  const { body } = await hub.fetch(new Request('http://hub.test', { headers: id ? { 'last-event-id': id } : {} }))
  const reader = body?.getReader()
  onTestFinished(() => reader?.cancel().catch(() => {}))
  return {
    async read(bytes) {
      let text = ''
      while (text.length < bytes) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) throw new Error('the stream has ended')
        text += Buffer.from(value).toString('latin1')
      }
      return text
    },
  }
}

const CARRIERS: [name: string, open: Open][] = [
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
  ['the body of a Response', overFetch],
]

function slowHub(options: HubOptions = {}) {
  const clock = createClock()
  const hub = createHub({ clock, heartbeat: false, ...options })
  onTestFinished(() => hub.close())
  return { clock, hub }
}

describe.each(CARRIERS)('over %s', (_, open) => {
  /** Four parts, each larger than all that is on its way at a time. */
  const PART = 10_000_000

  it.each(['as it happens', 'in a replay'])(
    'a reader that takes a part every 20 s gets a large event %s, though 30 s without any would be too long',
    async (when) => {
      const { clock, hub } = slowHub()
      const { id } = await hub.broadcast('first', 1)
      const publish = () => hub.broadcast('large', 'x'.repeat(4 * PART))
      if (when === 'in a replay') await publish()
      const reader = await open(hub, when === 'in a replay' ? id : '')
      if (when === 'as it happens') await publish()
      await hub.broadcast('behind', 1)
      let tail = ''
      for (let part = 0; part < 4; part++) {
        tail = await reader.read(PART - 1_000_000)
        await clock.advance(20_000)
        expect(hub.stats().endings.stalled).toBe(0)
      }
      while (!tail.includes('event: behind')) tail = tail.slice(-100) + (await reader.read(1))
      expect(hub.stats().clients).toBe(1)
    },
  )

  it('a reader that takes nothing of a large event is stalled after 30 s', async () => {
    const { clock, hub } = slowHub()
    await open(hub, '')
    await hub.broadcast('large', 'x'.repeat(4 * PART))
    await clock.advance(29_000)
    expect(hub.stats().clients).toBe(1)
    await clock.advance(2000)
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { stalled: 1 } })
  })
})

describe('a log that is slow to read', () => {
  it.each(CARRIERS)('does not keep heartbeats from a client that it is replayed to over %s', async (_, open) => {
    const { log, answer } = lateLog()
    const { clock, hub } = slowHub({ heartbeat: 15_000, log })
    const { id } = await hub.broadcast('first', 1)
    await hub.broadcast('second', 2)
    const reader = await open(hub, id)
    let text = await reader.read(1)
    await clock.advance(15_000)
    while (!text.includes(': ping')) text += await reader.read(1)
    expect(text).not.toContain('event: second')
    expect(text.slice(text.indexOf(': ping'))).toBe(': ping\n\n')
    answer()
    while (!text.includes('event: live')) text += await reader.read(1)
    expect(text).toMatch(/: ping\n\nid: [^\n]+\nevent: second\n/)
  })
})
