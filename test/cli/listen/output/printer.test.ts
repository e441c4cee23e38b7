import { describe, expect, it } from 'vitest'
import { payloadParser } from '../../../../cli/listen/output/payload.ts'
import { createPrinter } from '../../../../cli/listen/output/printer.ts'
import { Screen } from '../../terminal.ts'

function event(raw: string) {
  const data = payloadParser('auto')(raw, '') as { kind: 'text'; text: string }
  return { type: 'tick', data, id: '7', raw, receivedAt: 0 }
}

describe('an event is printed', () => {
  it.each<['people' | 'json' | 'data', RegExp]>([
    ['people', /^\d\d:\d\d:\d\d\.\d{3} tick #8 \{"a":1\}\n$/],
    ['json', /^\{"type":"tick","data":\{"a":1\},"id":"7","receivedAt":0\}\n$/],
    ['data', /^\{ "a": 1 \}\n$/],
  ])('for %s', (format, text) => {
    const screen = new Screen()
    expect(createPrinter({ format, grep: undefined }, screen)(event('{ "a": 1 }'), '8')).toBe(true)
    expect(screen.text).toMatch(text)
  })

  it('only if its data, as it came, is what is looked for', () => {
    const screen = new Screen()
    const print = createPrinter({ format: 'data', grep: /"a": 1/ }, screen)
    expect([print(event('{"a": 1}'), undefined), print(event('{"a":1}'), undefined)]).toEqual([true, false])
    expect(screen.text).toBe('{"a": 1}\n')
  })

  it('safely to a terminal, and as it is into a pipe', () => {
    for (const [isTTY, text] of [
      [true, '\\u001b\n'],
      [false, '\x1b\n'],
    ] as const) {
      const screen = new Screen(isTTY)
      createPrinter({ format: 'data', grep: undefined }, screen)(event('\x1b'), undefined)
      expect(screen.text).toBe(text)
    }
  })
})
