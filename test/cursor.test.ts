import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createCursor, headerValue, isOurs, withParam } from '../src/cursor.ts'

describe('the cursor', () => {
  it('starts where it is told and moves with each id', () => {
    const cursor = createCursor('5', true)
    expect(cursor.id).toBe('5')
    expect(cursor.commit('6')).toBe(true)
    expect(cursor.id).toBe('6')
  })

  it('is cleared by an empty id', () => {
    const cursor = createCursor('5', true)
    cursor.commit('')
    expect(cursor.id).toBe('')
  })

  it('keeps ids as strings and in no order: servers may count back', () => {
    const cursor = createCursor('10', true)
    expect(cursor.commit('9')).toBe(true)
    expect(cursor.commit('007')).toBe(true)
    expect(cursor.id).toBe('007')
  })
})

describe('ids in order', () => {
  function trusting(id: string, dedupe = true) {
    const cursor = createCursor(id, dedupe)
    cursor.opened()
    cursor.trust()
    return cursor
  }

  it.each([
    ['k3f9x2ab-10', 'k3f9x2ab-11', true],
    ['k3f9x2ab-10', 'k3f9x2ab-10', false],
    ['k3f9x2ab-10', 'k3f9x2ab-9', false],
    ['k3f9x2ab-9', 'k3f9x2ab-10', true],
    ['k3f9x2ab-10', 'p0d1q7zz-1', true],
    ['k3f9x2ab-10', 'something', true],
    ['', 'k3f9x2ab-1', true],
    ['k3f9-x2ab-10', 'k3f9-x2ab-11', true],
  ])('from %j, %j moves it: %j', (from, to, moves) => {
    const cursor = trusting(from)
    expect(cursor.commit(to)).toBe(moves)
    expect(cursor.id).toBe(moves ? to : from)
  })

  it('are not in order before the server has introduced itself, nor after the next open', () => {
    const cursor = createCursor('k3f9x2ab-10', true)
    expect(cursor.commit('k3f9x2ab-3')).toBe(true)
    cursor.trust()
    cursor.opened()
    expect(cursor.commit('k3f9x2ab-2')).toBe(true)
  })

  it('may repeat where dedupe is off', () => {
    expect(trusting('k3f9x2ab-10', false).commit('k3f9x2ab-3')).toBe(true)
  })
})

describe('repeats', () => {
  function delivered(...events: [id: string, type: string, data: string][]) {
    const cursor = createCursor('', true)
    cursor.opened()
    for (const [id, type, data] of events) {
      cursor.commit(id)
      cursor.repeats(type, data)
    }
    cursor.opened()
    return {
      cursor,
      repeats(id: string, type: string, data: string) {
        cursor.commit(id)
        return cursor.repeats(type, data)
      },
    }
  }

  it('are known by id, name and data at the start of a later connection', () => {
    const { repeats } = delivered(['1', 'a', 'x'], ['2', 'a', 'y'])
    expect(repeats('1', 'a', 'x')).toBe(true)
    expect(repeats('2', 'a', 'y')).toBe(true)
    expect(repeats('3', 'a', 'z')).toBe(false)
  })

  it.each([
    ['another id', '9', 'a', 'x'],
    ['another name', '1', 'b', 'x'],
    ['other data', '1', 'a', 'other'],
  ])('are none with %s', (_, id, type, data) => {
    expect(delivered(['1', 'a', 'x']).repeats(id, type, data)).toBe(false)
  })

  it('are no longer looked for after the first event that is new: a server may count from 1 again', () => {
    const { repeats } = delivered(['1', 'a', 'x'], ['2', 'a', 'y'])
    expect(repeats('1', 'a', 'new data')).toBe(false)
    expect(repeats('2', 'a', 'y')).toBe(false)
  })

  it('are none within one connection', () => {
    const cursor = createCursor('', true)
    cursor.opened()
    cursor.commit('1')
    expect(cursor.repeats('a', 'x')).toBe(false)
    expect(cursor.repeats('a', 'x')).toBe(false)
  })

  it('are remembered for 128 events', () => {
    const events = Array.from({ length: 129 }, (_, i): [string, string, string] => [`${i}`, 'a', 'x'])
    expect(delivered(...events).repeats('1', 'a', 'x')).toBe(true)
    expect(delivered(...events).repeats('0', 'a', 'x')).toBe(false)
  })

  it('of long payloads are told by their length', () => {
    const { repeats } = delivered(['1', 'a', 'x'.repeat(5000)], ['2', 'a', 'y'])
    expect(repeats('1', 'a', 'z'.repeat(5000))).toBe(true)
    expect(delivered(['1', 'a', 'x'.repeat(5000)]).repeats('1', 'a', 'x'.repeat(5001))).toBe(false)
  })

  it('are let through where dedupe is off', () => {
    const cursor = createCursor('', false)
    cursor.opened()
    cursor.commit('1')
    cursor.repeats('a', 'x')
    cursor.opened()
    cursor.commit('1')
    expect(cursor.repeats('a', 'x')).toBe(false)
  })
})

describe('the committed id', () => {
  it('is the last one, and whoever keeps it is told of each', () => {
    const moved = vi.fn()
    const cursor = createCursor('5', true, false, moved)
    expect([cursor.committed, moved.mock.calls.length]).toEqual(['5', 0])
    cursor.commit('6')
    expect([cursor.committed, moved.mock.calls.length]).toEqual(['6', 1])
    cursor.reset('')
    expect([cursor.committed, moved.mock.calls.length]).toEqual(['', 2])
  })

  it('of ids in order is not moved by one that lies behind', () => {
    const moved = vi.fn()
    const cursor = createCursor('k3f9x2ab-10', true, false, moved)
    cursor.opened()
    cursor.trust()
    cursor.commit('k3f9x2ab-9')
    expect([cursor.committed, moved.mock.calls.length]).toEqual(['k3f9x2ab-10', 0])
  })

  describe('by hand', () => {
    function byHand(id = '5', dedupe = true) {
      const moved = vi.fn()
      const cursor = createCursor(id, dedupe, true, moved)
      cursor.opened()
      return { cursor, moved }
    }

    it('moves only with what has been handled, and ids with what came', () => {
      const { cursor, moved } = byHand()
      cursor.commit('6')
      cursor.commit('7')
      expect([cursor.id, cursor.committed]).toEqual(['7', '5'])
      expect(moved).not.toHaveBeenCalled()
      cursor.handled('6')
      expect([cursor.id, cursor.committed]).toEqual(['7', '6'])
      expect(moved).toHaveBeenCalledTimes(1)
    })

    it('is where the next connection begins: what was not handled lies ahead of it', () => {
      const { cursor } = byHand('k3f9x2ab-5')
      cursor.trust()
      cursor.commit('k3f9x2ab-6')
      cursor.commit('k3f9x2ab-7')
      cursor.handled('k3f9x2ab-6')
      cursor.opened()
      cursor.trust()
      expect(cursor.id).toBe('k3f9x2ab-6')
      expect(cursor.commit('k3f9x2ab-6')).toBe(false)
      expect(cursor.commit('k3f9x2ab-7')).toBe(true)
    })

    it('takes nothing for a repeat that ids in no order bring again', () => {
      const { cursor } = byHand()
      cursor.commit('6')
      cursor.repeats('a', 'x')
      cursor.opened()
      cursor.commit('6')
      expect(cursor.repeats('a', 'x')).toBe(false)
    })

    it('is no longer moved by handlers of the past once it has been reset, until a connection opens', () => {
      const { cursor, moved } = byHand()
      cursor.commit('6')
      cursor.reset('')
      expect(moved).toHaveBeenCalledTimes(1)
      cursor.handled('6')
      expect([cursor.committed, moved.mock.calls.length]).toEqual(['', 1])
      cursor.reset('3')
      expect([cursor.committed, moved.mock.calls.length]).toEqual(['3', 2])
      cursor.opened()
      cursor.commit('4')
      cursor.handled('4')
      expect([cursor.committed, moved.mock.calls.length]).toEqual(['4', 3])
    })
  })
})

it.each([
  ['k3f9x2ab-1041', true],
  ['1041', false],
  ['abc-1', false],
  ['k3f9x2ab-', false],
  ['K3F9X2AB-1', false],
])('%j looks like an id of our server: %j', (id, expected) => {
  expect(isOurs(id)).toBe(expected)
})

/** Any characters at all, halves of them included. */
const anyText = fc
  .array(fc.oneof(fc.nat({ max: 0xff }), fc.nat({ max: 0x10ffff })))
  .map((points) => String.fromCodePoint(...points))

describe('the id as a header', () => {
  it.each([
    ['42', '42'],
    ['日本', '\u00e6\u0097\u00a5\u00e6\u009c\u00ac'],
    ['é', '\u00c3\u00a9'],
    ['a b', 'a b'],
  ])('%j travels as %j', (id, expected) => {
    expect(headerValue(id)).toBe(expected)
  })

  it.each([' 5', '5 ', '\t5', 'a\u0001', 'a\u007f', 'x'.repeat(1024), ''])('%j does not', (id) => {
    expect(headerValue(id)).toBeUndefined()
  })

  it('never throws, and comes back as the same id from UTF-8', () => {
    fc.assert(
      fc.property(anyText, (id) => {
        const value = headerValue(id)
        if (value === undefined) return
        const headers = new Headers({ 'last-event-id': value })
        const bytes = Uint8Array.from(headers.get('last-event-id') ?? '', (character) => character.charCodeAt(0))
        expect(new TextDecoder().decode(bytes)).toBe(new TextDecoder().decode(new TextEncoder().encode(id)))
      }),
    )
  })
})

describe('the id as a parameter', () => {
  it.each([
    ['https://a.test/e', 'https://a.test/e?id=1-2'],
    ['https://a.test/e?x=1', 'https://a.test/e?x=1&id=1-2'],
    ['https://a.test/e?x=1&id=old&y=2', 'https://a.test/e?x=1&y=2&id=1-2'],
    ['https://a.test/e?sig=a/b~c%20d&flag&x=(1)+2&idx=1', 'https://a.test/e?sig=a/b~c%20d&flag&x=(1)+2&idx=1&id=1-2'],
    ['https://a.test/e?id=a&id=b', 'https://a.test/e?id=1-2'],
    ['https://a.test/e#part', 'https://a.test/e?id=1-2#part'],
  ])('of %s gives %s', (url, expected) => {
    expect(withParam(url, 'id', '1-2')).toBe(expected)
  })

  it('is encoded, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (id) => {
        expect(new URL(withParam('https://a.test/', 'lastEventId', id)).searchParams.get('lastEventId')).toBe(id)
      }),
    )
  })
})
