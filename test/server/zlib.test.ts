import { syncBuiltinESMExports } from 'node:module'
import zlib, { type BrotliDecompress, createBrotliDecompress, createGunzip, type Gunzip } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ContentCoding } from '../../server/http/compress.ts'
import { CODINGS, compressed } from '../../server/zlib.ts'
import { eventually } from '../support/eventually.ts'
import { testSink } from '../support/hub.ts'

const DECODERS: Readonly<Record<ContentCoding, () => Gunzip | BrotliDecompress>> = {
  gzip: createGunzip,
  br: createBrotliDecompress,
}

/** The compressors that are made from here on. */
function spyOnCompressors(): (zlib.Gzip | zlib.BrotliCompress)[] {
  const made: (zlib.Gzip | zlib.BrotliCompress)[] = []
  const { createGzip, createBrotliCompress } = zlib
  const keep = <S extends zlib.Gzip | zlib.BrotliCompress>(stream: S): S => {
    made.push(stream)
    return stream
  }
  const spies = [
    vi.spyOn(zlib, 'createGzip').mockImplementation((options) => keep(createGzip(options))),
    vi.spyOn(zlib, 'createBrotliCompress').mockImplementation((options) => keep(createBrotliCompress(options))),
  ]
  syncBuiltinESMExports()
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
    syncBuiltinESMExports()
  })
  return made
}

/** A compressor over a sink that has room for so many writes, and a client that reads what the sink got. */
function setUp(coding: ContentCoding, room = Infinity) {
  const made = spyOnCompressors()
  const inner = testSink(room)
  const told: unknown[] = []
  const parts = { held: 0 }
  let host: { drained(): void; closed(error?: unknown): void } | undefined
  const outer = compressed(
    coding,
    { drained: () => told.push('drained'), closed: (...error) => told.push(['closed', ...error]) },
    (events) => {
      host = events
      return { ...inner, write: (bytes) => inner.write(bytes), pending: () => parts.held }
    },
  )
  const decoder = DECODERS[coding]()
  let text = ''
  let fed = 0
  let ended = false
  decoder.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  decoder.on('end', () => {
    ended = true
  })
  onTestFinished(() => {
    outer.destroy()
    decoder.destroy()
  })
  return {
    made,
    inner,
    told,
    write: (data: string) => outer.write(new TextEncoder().encode(data)),
    end: () => outer.end(),
    destroy: () => outer.destroy(),
    drained(more = Infinity) {
      inner.room = more
      host?.drained()
    },
    closed: () => host?.closed(),
    /** @param held - What the socket holds, in bytes. */
    pending(held: number) {
      parts.held = held
      return outer.pending()
    },
    /** What the client has read, now that the sink has got so much. */
    read() {
      for (const chunk of inner.chunks.slice(fed)) decoder.write(chunk)
      fed = inner.chunks.length
      if (inner.did.includes('end')) decoder.end()
      return { text, ended }
    },
    /** Frees memory at once, and not when it is collected. */
    freed: () => eventually(() => expect(made.map(({ closed }) => closed)).toEqual([true])),
  }
}

describe.each(CODINGS)('%s', (coding) => {
  it.each([
    ['a small event', ': ping\n\n'],
    ['an event of some lines', 'id: a-1\nevent: order.updated\ndata: {"note":"für Ä. 🙂"}\n\n'],
    ['an event of a megabyte', `data: ${'0123456789abcdef'.repeat(65_536)}\n\n`],
  ])('sends %s whole, without another behind it', async (_, event) => {
    const { write, read } = setUp(coding)
    write(event)
    await eventually(() => expect(read().text === event).toBe(true))
    write(event)
    await eventually(() => expect(read().text === event + event).toBe(true))
  })

  it('sends what is written in one turn of the event loop as one piece', async () => {
    const { write, read, inner } = setUp(coding)
    for (let n = 0; n < 10; n++) write(`data: ${n}\n\n`)
    expect(inner.chunks).toEqual([])
    await eventually(() => expect(read().text).toMatch(/^(data: \d\n\n){10}$/))
    expect(inner.chunks).toHaveLength(1)
  })

  it('makes events smaller that resemble those before them', async () => {
    const { write, read, inner } = setUp(coding)
    const event = (n: number) =>
      `id: k3f9x2ab-${n}\nevent: order.updated\ndata: {"id":"ord_${n}","status":"shipped"}\n\n`
    for (let n = 0; n < 20; n++) {
      write(event(n))
      await eventually(() => expect(read().text.endsWith(event(n))).toBe(true))
    }
    const bytes = inner.chunks.reduce((sum, { length }) => sum + length, 0)
    expect(bytes).toBeLessThan(read().text.length / 2)
  })

  it('ends the stream behind all that was written', async () => {
    const { write, end, read, inner, freed } = setUp(coding)
    write('data: 1\n\n')
    end()
    end()
    await eventually(() => expect(inner.did).toEqual(['end']))
    await eventually(() => expect(read()).toEqual({ text: 'data: 1\n\n', ended: true }))
    await freed()
  })

  it('ends the stream behind what is being compressed', async () => {
    const { write, end, read, freed } = setUp(coding)
    const event = `data: ${'x'.repeat(100_000)}\n\n`
    write(event)
    // zlib has the first by now, and not the second.
    await new Promise(setImmediate)
    write('data: 2\n\n')
    end()
    await eventually(() => expect(read()).toEqual({ text: `${event}data: 2\n\n`, ended: true }))
    await freed()
  })

  it('ends a stream that nothing was written to', async () => {
    const { end, read, freed } = setUp(coding)
    end()
    await eventually(() => expect(read()).toEqual({ text: '', ended: true }))
    await freed()
  })

  it('frees its memory when the stream is broken off', async () => {
    const { write, destroy, inner, freed } = setUp(coding)
    write('data: 1\n\n')
    destroy()
    expect(inner.did).toEqual(['destroy'])
    await freed()
    expect(inner.chunks).toEqual([])
  })

  it('frees its memory when the client leaves, while it compresses too', async () => {
    const { write, closed, told, inner, freed } = setUp(coding)
    write(`data: ${'x'.repeat(1_000_000)}\n\n`)
    await new Promise(setImmediate)
    closed()
    await freed()
    expect(told).toEqual([['closed', undefined]])
    const { length } = inner.chunks
    write('data: 2\n\n')
    await new Promise(setImmediate)
    expect(inner.chunks).toHaveLength(length)
  })

  it('breaks the stream off when zlib fails, and tells why', async () => {
    const { write, told, inner, made, freed } = setUp(coding)
    write('data: 1\n\n')
    const error = new Error('out of memory')
    made[0]?.destroy(error)
    await eventually(() => expect(told).toEqual([['closed', error]]))
    expect(inner.did).toEqual(['destroy'])
    await freed()
  })
})

describe('a client that does not keep up', () => {
  it('is written to no further while the socket takes nothing, and has the rest when it does', async () => {
    const { write, read, inner, told, drained } = setUp('gzip', 1)
    expect(write('data: 1\n\n')).toBe(true)
    await eventually(() => expect(read().text).toBe('data: 1\n\n'))
    expect(write('data: 2\n\n')).toBe(false)
    await new Promise(setImmediate)
    expect(inner.chunks).toHaveLength(1)
    expect(told).toEqual([])
    drained()
    await eventually(() => expect(told).toEqual(['drained']))
    expect(read().text).toBe('data: 1\n\n')
    await eventually(() => expect(read().text).toBe('data: 1\n\ndata: 2\n\n'))
    expect(write('data: 3\n\n')).toBe(true)
  })

  it('is waited for until both zlib and the socket are done', async () => {
    const { write, inner, told, drained } = setUp('gzip', 1)
    write('data: 1\n\n')
    await eventually(() => expect(inner.chunks).toHaveLength(1))
    expect(write('data: 2\n\n')).toBe(false)
    // Room for one more write: what waited fills it.
    drained(1)
    await eventually(() => expect(inner.chunks).toHaveLength(2))
    await new Promise(setImmediate)
    expect(told).toEqual([])
    drained()
    expect(told).toEqual(['drained'])
  })

  it('has 16 KiB wait for zlib, and is drained when zlib has done', async () => {
    const { write, read, told } = setUp('gzip')
    let taken = 1
    while (taken < 99 && write(`data: ${'x'.repeat(1016)}\n\n`)) taken++
    expect(taken).toBe(16)
    expect(told).toEqual([])
    await eventually(() => expect(told).toEqual(['drained']))
    await eventually(() => expect(read().text).toHaveLength(16 * 1024))
    expect(write('data: 2\n\n')).toBe(true)
  })

  it('is told nothing more than once, and nothing that was not due', async () => {
    const { write, read, told, drained } = setUp('gzip')
    drained()
    write('data: 1\n\n')
    await eventually(() => expect(read().text).toBe('data: 1\n\n'))
    drained()
    expect(told).toEqual([])
  })

  it('is cut off at the end of its stream, since it would not take the end either', async () => {
    const { write, end, read, inner, freed } = setUp('gzip', 1)
    write('data: 1\n\n')
    await eventually(() => expect(read().text).toBe('data: 1\n\n'))
    end()
    expect(inner.did).toEqual(['destroy'])
    await freed()
  })
})

describe('what a client has not taken', () => {
  it('is what was written until the socket has taken all, and less each time that it has taken something', async () => {
    const { write, read, inner, pending } = setUp('gzip')
    const sent = (): number => inner.chunks.reduce((sum, { length }) => sum + length, 0)
    expect(pending(0)).toBe(0)
    write('data: 1\n\n')
    await eventually(() => expect(read().text).toBe('data: 1\n\n'))
    const first = sent()
    // A stream of events gets smaller on the way: that is not the client's doing.
    expect(pending(first)).toBe(9)
    expect(pending(first)).toBe(9)
    write(`data: ${'x'.repeat(10_000)}\n\n`)
    await eventually(() => expect(read().text).toHaveLength(9 + 10_008))
    const both = sent()
    expect(both).toBeLessThan(1000)
    expect(pending(both)).toBe(9 + 10_008)
    expect(pending(both - 1)).toBe(9 + 10_007)
    expect(pending(both - 1)).toBe(9 + 10_007)
    expect(pending(1)).toBe(9 + 10_006)
    expect(pending(0)).toBe(0)
    expect(pending(0)).toBe(0)
  })

  it('is never nothing while the socket holds something', async () => {
    const { write, read, inner, pending } = setUp('gzip')
    write('\n')
    await eventually(() => expect(read().text).toBe('\n'))
    const held = inner.chunks.reduce((sum, { length }) => sum + length, 0)
    for (let left = held; left > 0; left--) expect(pending(left)).toBe(1)
  })

  it('is what waits for zlib, too', () => {
    const { write, pending } = setUp('gzip')
    write('data: 1\n\n')
    expect(pending(0)).toBe(9)
  })
})
