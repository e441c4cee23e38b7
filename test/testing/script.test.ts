import { createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { checkScript } from '../../testing/script.ts'

const STEPS: readonly Step[] = [
  { open: { delay: 5, headers: { 'x-sse-heartbeat': '1000' } } },
  { send: { event: 'tick', data: 1 } },
  { comment: '' },
  { retry: 0 },
  { raw: ['data', new Uint8Array([58])] },
  { wait: 0 },
  { drop: true },
  { end: true },
  { stall: true },
  { refuse: { status: 503 } },
  { redirect: '/elsewhere', status: 308 },
]
const NAMES = 'open, send, comment, retry, raw, wait, drop, end, stall, refuse, redirect'

/** As from JavaScript or a JSON file, past the types. */
const unchecked = (...steps: readonly unknown[]): readonly Step[] => steps as readonly Step[]

describe('a script', () => {
  it('is taken as it is, whatever step is in it', () => {
    expect(checkScript(STEPS)).toBe(STEPS)
    expect(checkScript([])).toEqual([])
  })

  it.each<[what: string, step: unknown, said: string]>([
    ['an unknown name', { sned: { data: 1 } }, '{"sned":{"data":1}}'],
    ['a name in another case', { Send: {} }, '{"Send":{}}'],
    ['only what goes with a name', { status: 307 }, '{"status":307}'],
    ['nothing', {}, '{}'],
    ['a bare name', 'drop', '"drop"'],
    ['a number', 5, '5'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a list', [{ drop: true }], '[{"drop":true}]'],
  ])('is refused for a step with %s, which it shows beside those there are', (_, step, said) => {
    const error = new TypeError(`${said} is no step; there are: ${NAMES}`)
    expect(() => checkScript(unchecked({ send: {} }, step))).toThrow(error)
  })

  it.each<[step: object, wants: string]>([
    [{ open: true }, 'open wants { delay?, headers? }'],
    [{ send: null }, 'send wants { event?, data?, text?, id?, retry? }'],
    [{ comment: 5 }, 'comment wants a string'],
    [{ retry: '5s' }, 'retry wants milliseconds'],
    [{ raw: ['a', 5] }, 'raw wants a string, bytes or a list of them'],
    [{ wait: -1 }, 'wait wants milliseconds'],
    [{ drop: false }, 'drop wants true'],
    [{ refuse: 503 }, 'refuse wants { status, headers?, body? }'],
    [{ refuse: {} }, 'refuse wants { status, headers?, body? }'],
    [{ redirect: 307 }, 'redirect wants a URL'],
  ])('is refused for %o, with what the step wants', (step, wants) => {
    expect(() => checkScript(unchecked(step))).toThrow(new TypeError(`${JSON.stringify(step)}: ${wants}`))
  })

  it('is refused for an event that cannot be written', () => {
    expect(() => checkScript([{ send: { event: 'a\nb' } }])).toThrow('event has a line end or NUL in it')
  })

  it('is refused where a list of steps stands for a list of scripts', () => {
    const flat = unchecked({ drop: true }) as unknown as Step[][]
    expect(() => createMockStream({ script: flat })).toThrow('{"drop":true} is no list of steps')
  })

  it('is checked when it is handed over, not when a request comes', () => {
    const wrong = unchecked({ sned: {} })
    expect(() => createMockStream({ script: [[], wrong] })).toThrow(TypeError)
    expect(() => createMockStream().script(...wrong)).toThrow(TypeError)
  })
})
