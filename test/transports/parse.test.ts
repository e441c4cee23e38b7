import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareReaders } from '../fuzz/streams.ts'
import { readAsTheStandardSays } from '../support/oracle.ts'
import { cut, parseChunks, type Report, recordingParser } from '../support/wire.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const byByte = (bytes: Uint8Array): Uint8Array[] => cut(bytes, [...bytes.keys()])
const event = (data: string, type = 'message', id?: string): Report => ['block', type, data, id]
/** A block that is no event: its id counts. */
const idAlone = (id: string, type = 'message'): Report => ['block', type, undefined, id]
const TOO_LARGE: Report = ['gap', { reason: 'too-large' }]

/** A wire sample (HTML 9.2.5, 9.2.6) and what it says. */
const SAMPLES: Record<string, [wire: string, said: Report[]]> = {
  'one event': ['data: a\n\n', [event('a')]],
  'an event with all fields': [
    'id: 1\nevent: tick\ndata: a\nretry: 500\n\n',
    [['retry', 500], event('a', 'tick', '1')],
  ],
  'lines that end with CR': ['data: a\r\rdata: b\r\r', [event('a'), event('b')]],
  'lines that end with CRLF': ['data: a\r\n\r\ndata: b\r\n\r\n', [event('a'), event('b')]],
  'line ends of all kinds': ['data: a\ndata: b\r\ndata: c\r\n\rdata: d\n\r\n', [event('a\nb\nc'), event('d')]],
  'one BOM, which is dropped': ['\ufeffdata: a\n\n', [event('a')]],
  'two BOMs, of which one is dropped': ['\ufeff\ufeffdata: a\n\ndata: b\n\n', [event('b')]],
  'a BOM inside, which is kept': ['data: \ufeffa\n\n', [event('\ufeffa')]],
  'letters that look like the bytes of a BOM': ['ï»¿data: a\n\ndata: b\n\n', [event('b')]],
  'one leading space, which is dropped': ['data:  a\ndata:b\n\n', [event(' a\nb')]],
  'a field without a colon': ['data\n\n', [event('')]],
  'empty lines of data': ['data:\ndata:\n\n', [event('\n')]],
  'a leading empty line of data': ['data\ndata: a\n\n', [event('\na')]],
  'an event without data, which is none': ['event: tick\n\ndata: a\n\n', [event('a')]],
  'a block that has an id alone': ['id: 7\n\ndata: a\n\n', [idAlone('7'), event('a')]],
  'a block that has an id and a name, but no data': [
    'event: tick\nid: 7\n\ndata: a\n\n',
    [idAlone('7', 'tick'), event('a')],
  ],
  'an id of which the last counts': ['id: 7\nid: 8\ndata: a\n\n', [event('a', 'message', '8')]],
  'an id behind the data': ['data: a\nid: 7\n\n', [event('a', 'message', '7')]],
  'an empty id': ['id: 7\ndata: a\n\nid\ndata: b\n\n', [event('a', 'message', '7'), event('b', 'message', '')]],
  'an empty id alone': ['id: 7\n\nid:\n\n', [idAlone('7'), idAlone('')]],
  'an id with NUL, which is ignored': ['id: 1\u00002\ndata: a\n\n', [event('a')]],
  'an id with NUL behind one without': ['id: 7\nid: 1\u00002\ndata: a\n\n', [event('a', 'message', '7')]],
  'field names in other cases': ['Data: a\nDATA: b\ndata: c\n\n', [event('c')]],
  'a field that begins like another': ['database: a\ndata: b\n\n', [event('b')]],
  'unknown fields': ['foo: bar\nbaz\ndata: a\n\n', [event('a')]],
  comments: [': hello\n\n:\ndata: a\n\n', [['comment', 'hello'], ['comment', ''], event('a')]],
  'a comment inside an event, which is reported ahead of it': [
    'data: a\n: hello\ndata: b\n\n',
    [['comment', 'hello'], event('a\nb')],
  ],
  'comments that announce topics, which are comments like any other': [
    ': topic orders\nid: 1\ndata: a\n\ndata: b\n\n: topic jobs\r\ndata: c\r\n\r\n',
    [['comment', 'topic orders'], event('a', 'message', '1'), event('b'), ['comment', 'topic jobs'], event('c')],
  ],
  'comments that only begin like that': [
    ': topic\n: topic \n: topic a b\n:topical\ndata: a\n\n',
    [['comment', 'topic'], ['comment', 'topic '], ['comment', 'topic a b'], ['comment', 'topical'], event('a')],
  ],
  'a retry that is no number': ['retry: 5x0\nretry: -1\nretry:\nretry: 1e3\ndata: a\n\n', [event('a')]],
  'a retry in digits that are not ASCII': ['retry: １２\nretry: ٣\ndata: a\n\n', [event('a')]],
  'a retry without an event': ['retry: 007\n\n', [['retry', 7]]],
  'an event name that is empty': ['event:\ndata: a\n\n', [event('a')]],
  'an event name that is empty behind one that is not': ['event: tick\nevent\ndata: a\n\n', [event('a')]],
  'names that objects have': [
    'event: __proto__\ndata: a\n\nevent: constructor\ndata: b\n\n',
    [event('a', '__proto__'), event('b', 'constructor')],
  ],
  'fields that objects have': ['__proto__: a\nconstructor: b\nskipped: c\ntopic: d\ndata: a\n\n', [event('a')]],
  'text of several bytes a letter': ['event: 注文\nid: 日本\ndata: 😀é\n\n', [event('😀é', '注文', '日本')]],
  'an event that does not end': ['data: a\n\ndata: b\n', [event('a')]],
  'an id that does not end': ['data: a\n\nid: 5\ndata: b', [event('a')]],
}

describe.each(Object.entries(SAMPLES))('%s', (_, [wire, said]) => {
  const bytes = encode(wire)

  it('is read whole', () => {
    expect(parseChunks([bytes])).toEqual(said)
  })

  it('is read as the standard says', () => {
    expect(said).toEqual(readAsTheStandardSays(wire))
  })

  it('is read one byte at a time', () => {
    expect(parseChunks(byByte(bytes))).toEqual(said)
  })

  it('is read in any cuts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length)), (at) => {
        expect(parseChunks(cut(bytes, at))).toEqual(said)
      }),
    )
  })

  it('is read the same with a limit that it keeps', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length)), fc.integer({ min: 32, max: 60 }), (at, limit) => {
        expect(parseChunks(cut(bytes, at), limit)).toEqual(said)
      }),
    )
  })
})

it('dispatches an event at the CR that ends it, without waiting for what follows', () => {
  expect(parseChunks([encode('data: a\r\r')])).toEqual([event('a')])
  expect(parseChunks([encode('data: a\r\n\r')])).toEqual([event('a')])
})

it('replaces what is no UTF-8', () => {
  expect(parseChunks([Uint8Array.of(...encode('data: '), 0xff, ...encode('\n\n'))])).toEqual([event('\ufffd')])
})

describe('an event that is too long', () => {
  const LIMIT = 100
  const long = 'x'.repeat(LIMIT + 1)
  const SHAPES: Record<string, string> = {
    'a long line': `data: ${long}\n\n`,
    'many short lines': `${'data: 0123456789\n'.repeat(20)}\n`,
    'a long line with CRLF': `data: ${long}\r\n\r\n`,
    'a long line with CR': `data: ${long}\r\r`,
    'several long lines': `data: ${long}\ndata: ${long}\n\n`,
  }

  it.each(Object.entries(SHAPES))('is dropped and takes no neighbour with it: %s', (_, shape) => {
    const bytes = encode(`data: before\n\n${shape}data: after\n\n`)
    const expected = [event('before'), TOO_LARGE, event('after')]
    expect(parseChunks([bytes], LIMIT)).toEqual(expected)
    expect(parseChunks(byByte(bytes), LIMIT)).toEqual(expected)
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length)), (at) => {
        expect(parseChunks(cut(bytes, at), LIMIT)).toEqual(expected)
      }),
    )
  })

  it('may be the first, the last, and one of several', () => {
    const endless = 'x'.repeat(LIMIT + 1024)
    const bytes = encode(`data: ${long}\n\ndata: a\n\ndata: ${long}\n\ndata: ${long}\n\ndata: b\n\ndata: ${endless}`)
    const expected = [TOO_LARGE, event('a'), TOO_LARGE, TOO_LARGE, event('b'), TOO_LARGE]
    expect(parseChunks([bytes], LIMIT)).toEqual(expected)
    expect(parseChunks(byByte(bytes), LIMIT)).toEqual(expected)
  })

  it('leaves its id, and the comments in it', () => {
    const bytes = encode(`: topic a\nid: 1\nevent: tick\ndata: ${long}\n: within\nid: 2\n\ndata: b\n\n`)
    const expected: Report[] = [
      ['comment', 'topic a'],
      TOO_LARGE,
      ['comment', 'within'],
      ['block', 'tick', undefined, '2'],
      event('b'),
    ]
    expect(parseChunks([bytes], LIMIT)).toEqual(expected)
    expect(parseChunks(byByte(bytes), LIMIT)).toEqual(expected)
  })

  it('may have as many characters as the limit, in one line or several', () => {
    const full = 'x'.repeat(LIMIT)
    const half = 'x'.repeat(LIMIT / 2)
    const bytes = encode(`data: ${full}\n\ndata:${full}\n\ndata: ${half}\ndata: ${half.slice(1)}\n\n`)
    const expected = [event(full), event(full), event(`${half}\n${half.slice(1)}`)]
    expect(parseChunks([bytes], LIMIT)).toEqual(expected)
    expect(parseChunks(byByte(bytes), LIMIT)).toEqual(expected)
    expect(parseChunks([encode(`data: ${half}\ndata: ${half}\n\n`)], LIMIT)).toEqual([TOO_LARGE])
  })

  it('is not what many small events or comments together make', () => {
    const text = 'data: a\n\n: a comment\n'.repeat(200)
    const expected = Array.from({ length: 200 }, (): Report[] => [event('a'), ['comment', 'a comment']]).flat()
    expect(parseChunks([encode(text)], LIMIT)).toEqual(expected)
    expect(parseChunks(byByte(encode(text)), LIMIT)).toEqual(expected)
  })

  it('is not what a long comment makes of a short one, however it is cut', () => {
    const bytes = encode(`data: a\n: ${long}\nid: 1\n\n:${long}data: b\n\ndata: c\n\n`)
    const withoutComments = (reports: Report[]): Report[] => reports.filter(([what]) => what !== 'comment')
    const expected = [event('a', 'message', '1'), event('c')]
    expect(withoutComments(parseChunks([bytes], LIMIT))).toEqual(expected)
    expect(withoutComments(parseChunks(byByte(bytes), LIMIT))).toEqual(expected)
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length)), (at) => {
        expect(withoutComments(parseChunks(cut(bytes, at), LIMIT))).toEqual(expected)
      }),
    )
  })

  it('is a long line of an unknown field as well: what it belongs to cannot be known before it ends', () => {
    const endless = 'x'.repeat(LIMIT + 1024)
    const bytes = encode(`unknown: ${endless}\ndata: a\n\nunknown${endless}\ndata: b\n\ndata: c\n\n`)
    const expected = [TOO_LARGE, TOO_LARGE, event('c')]
    expect(parseChunks([bytes], LIMIT)).toEqual(expected)
    expect(parseChunks(byByte(bytes), LIMIT)).toEqual(expected)
  })

  it('may have a name and an id of 1,000 characters each, however low the limit is', () => {
    const name = 'n'.repeat(1000)
    const bytes = encode(`event: ${name}\nid: ${long}\ndata: 1\n\nevent: ${name}${name}\ndata: 2\n\ndata: 3\n\n`)
    const expected = [event('1', name, long), TOO_LARGE, event('3')]
    expect(parseChunks([bytes], 1)).toEqual(expected)
    expect(parseChunks(byByte(bytes), 1)).toEqual(expected)
  })

  it('is read in linear time, and holds no more than the limit, at 10 MiB without a line end', () => {
    const { read, reports } = recordingParser(64 * 1024)
    const chunk = new Uint8Array(1024).fill(120)
    read(encode('data: '))
    for (let i = 0; i < 10 * 1024; i++) read(chunk)
    read(encode('\n\ndata: after\n\n'))
    expect(reports).toEqual([TOO_LARGE, event('after')])
  })
})

describe('a line that is no field', () => {
  const { read, reports } = recordingParser(64 * 1024 * 1024)

  it.each<[what: string, bytes: Uint8Array]>([
    ['4 MB of lines without a colon', encode('x\n'.repeat(2 * 1024 * 1024))],
    ['4 MB of lines of an unknown field', encode('x: y\n'.repeat(800 * 1024))],
    ['one line of 4 MB', encode(`${'x'.repeat(4 * 1024 * 1024)}\n`)],
    ['4 MB of blank lines', encode('\r\n'.repeat(2 * 1024 * 1024))],
  ])('is not reported: %s', (_, bytes) => {
    const before = reports.length
    read(bytes)
    expect(reports.slice(before)).toEqual([])
  })

  it('harms no event that follows', () => {
    const before = reports.length
    read(encode('data: after\n\n'))
    expect(reports.slice(before)).toEqual([event('after')])
  })
})

it('reads whatever is well formed the same in any cuts', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n\0]/g, ''))
  const block = fc.record({
    type: line,
    id: fc.option(line, { nil: undefined }),
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  })
  const newline = fc.constantFrom('\n', '\r', '\r\n')
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 6 }),
      newline,
      fc.array(fc.nat(400), { maxLength: 20 }),
      (blocks, eol, places) => {
        const wire = blocks.map(({ type, id, lines }) => {
          const fields = [
            `event: ${type}`,
            ...(id === undefined ? [] : [`id: ${id}`]),
            ...lines.map((text) => `data: ${text}`),
          ]
          return `${fields.join(eol)}${eol}${eol}`
        })
        const bytes = encode(wire.join(''))
        const expected = blocks.map(({ type, id, lines }) => event(lines.join('\n'), type || 'message', id))
        expect(
          parseChunks(
            cut(
              bytes,
              places.filter((place) => place <= bytes.length),
            ),
          ),
        ).toEqual(expected)
      },
    ),
  )
})

it('reads streams of anything as the standard and eventsource-parser do', () => {
  compareReaders(500)
})
