import type { Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { checkSteps } from '../../../testing/script/steps.ts'

const STEPS: readonly Step[] = [
  { open: { delay: 5, headers: { 'x-sse-heartbeat': '1000' } } },
  {
    introduce: {
      v: 1,
      clientId: 'c',
      epoch: 'e',
      cursor: '',
      recovered: true,
      heartbeatMs: 1,
      topics: ['a'],
      denied: [{ topic: 'b', code: 'full', message: 'later' }],
      deniedMore: 2,
    },
  },
  { send: { event: 'tick', data: 1, id: '1', retry: 5, comment: 'a\nb' } },
  { send: { text: '' } },
  { comment: '' },
  { retry: 0 },
  { raw: ['data', new Uint8Array([58])] },
  { raw: '' },
  { wait: 0.5 },
  { drop: true },
  { end: true },
  { stall: true },
  { refuse: { status: 503, headers: { 'retry-after': '1' }, body: 'no' } },
  { redirect: '/elsewhere', status: 308 },
  { gap: { reason: 'expired', requested: '1', resumedFrom: '5', topics: [] } },
  { goodbye: 0 },
]
const NAMES = 'open, send, comment, retry, raw, wait, drop, end, stall, refuse, redirect, introduce, gap, goodbye'

/** As from JavaScript or a JSON file, past the types. */
const unchecked = (...steps: readonly unknown[]): readonly Step[] => steps as readonly Step[]

describe('a list of steps', () => {
  it('is taken as it is, whatever step is in it', () => {
    expect(checkSteps(STEPS)).toBe(STEPS)
    expect(checkSteps([])).toEqual([])
  })

  it('may have every header that can be sent', () => {
    const headers = { 'x-a_1!': 'a\tb, "c"; d=é', etag: '' }
    expect(checkSteps([{ open: { headers } }, { refuse: { status: 503, headers } }])).toHaveLength(2)
  })

  it('may leave out what is undefined', () => {
    const step = { send: { event: undefined, data: undefined, id: undefined } }
    expect(checkSteps(unchecked(step))).toEqual([step])
  })

  it.each<[what: string, step: unknown, said: string]>([
    ['an unknown name', { sned: { data: 1 } }, '{"sned":{"data":1}}'],
    ['a name in another case', { Send: {} }, '{"Send":{}}'],
    ['a name that every object has', { toString: {} }, '{"toString":{}}'],
    ['an unknown name beside one that there is', { send: {}, dealy: 5 }, '{"send":{},"dealy":5}'],
    ['only what goes with a name', { status: 307 }, '{"status":307}'],
    ['what goes with another name', { send: {}, status: 307 }, '{"send":{},"status":307}'],
    ['nothing', {}, '{}'],
    ['a bare name', 'drop', '"drop"'],
    ['a number', 5, '5'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['what JSON cannot say', { a: 1n }, '[object Object]'],
  ])('is refused for a step with %s, which it shows beside those there are', (_, step, said) => {
    const error = new TypeError(`${said} is no step; there are: ${NAMES}`)
    expect(() => checkSteps(unchecked({ send: {} }, step))).toThrow(error)
  })

  it('is refused for a list where a step is wanted, as it may only have to be spread', () => {
    const error = new TypeError('[{"drop":true}] is a list, where a step is wanted: script(...steps)')
    expect(() => checkSteps(unchecked({ send: {} }, [{ drop: true }]))).toThrow(error)
  })

  it('is refused for two steps in one, whose order nobody could know', () => {
    expect(() => checkSteps(unchecked({ drop: true, send: {} }))).toThrow(
      new TypeError('{"drop":true,"send":{}}: drop and send are two steps, one after the other'),
    )
  })

  it.each<[step: object, wants: string]>([
    [{ open: true }, 'open expects { delay?, headers? }'],
    [{ open: { delay: -1 } }, 'open expects { delay?, headers? }'],
    [{ open: { delay: Infinity } }, 'open expects { delay?, headers? }'],
    [{ open: { headers: { a: 1 } } }, 'open expects { delay?, headers? }'],
    [{ open: { header: {} } }, 'open expects { delay?, headers? }'],
    [{ send: null }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: [] }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: 'tick' }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: { type: 'tick' } }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: { toString: 'tick' } }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: { id: 5 } }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: { text: 5 } }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ send: { retry: 0.5 } }, 'send expects { event?, data?, text?, id?, retry?, comment? }'],
    [{ comment: 5 }, 'comment expects a string'],
    [{ retry: '5s' }, 'retry expects a whole number of milliseconds'],
    [{ retry: 0.5 }, 'retry expects a whole number of milliseconds'],
    [{ raw: ['a', 5] }, 'raw expects a string, bytes or a list of them'],
    [{ raw: 5 }, 'raw expects a string, bytes or a list of them'],
    [{ wait: -1 }, 'wait expects milliseconds'],
    [{ wait: NaN }, 'wait expects milliseconds'],
    [{ wait: Infinity }, 'wait expects milliseconds'],
    [{ drop: false }, 'drop expects true'],
    [{ end: 1 }, 'end expects true'],
    [{ stall: 'true' }, 'stall expects true'],
    [{ refuse: 503 }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: {} }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: { status: undefined } }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: { status: 199 } }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: { status: 600 } }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: { status: 200.5 } }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: { status: '503' } }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ refuse: { status: 503, times: 2 } }, 'refuse expects { status: 200 to 599, headers?, body? }'],
    [{ redirect: 307 }, 'redirect expects a URL'],
    [{ redirect: '/', status: 200 }, 'status expects 301, 302, 303, 307 or 308'],
    [
      { introduce: true },
      'introduce expects { v?, clientId?, epoch?, cursor?, recovered?, heartbeatMs?, topics?, denied?, deniedMore? }',
    ],
    [
      { introduce: { recovered: 'yes' } },
      'introduce expects { v?, clientId?, epoch?, cursor?, recovered?, heartbeatMs?, topics?, denied?, deniedMore? }',
    ],
    [
      { introduce: { id: '1' } },
      'introduce expects { v?, clientId?, epoch?, cursor?, recovered?, heartbeatMs?, topics?, denied?, deniedMore? }',
    ],
    [
      { introduce: { denied: [{ topic: 'b' }] } },
      'introduce expects { v?, clientId?, epoch?, cursor?, recovered?, heartbeatMs?, topics?, denied?, deniedMore? }',
    ],
    [
      { introduce: { topics: 'a' } },
      'introduce expects { v?, clientId?, epoch?, cursor?, recovered?, heartbeatMs?, topics?, denied?, deniedMore? }',
    ],
    [{ gap: 'expired' }, 'gap expects { reason?, requested?, resumedFrom?, topics? }'],
    [{ gap: { certain: true } }, 'gap expects { reason?, requested?, resumedFrom?, topics? }'],
    [{ goodbye: true }, 'goodbye expects milliseconds'],
  ])('is refused for %o, with what the step wants', (step, wants) => {
    expect(() => checkSteps(unchecked(step))).toThrow(new TypeError(`${JSON.stringify(step)}: ${wants}`))
  })

  it.each([200, 599])('may refuse with status %i', (status) => {
    expect(checkSteps([{ refuse: { status } }])).toHaveLength(1)
  })

  it.each<[step: Step, said: string]>([
    [{ send: { event: 'a\nb' } }, 'event has a line end or NUL in it'],
    [{ send: { id: 'a\0' } }, 'id has a line end or NUL in it'],
    [{ send: { data: 1n } }, 'data cannot be sent as JSON'],
    [{ send: { data: () => 1 } }, 'data cannot be sent as JSON: it is a function'],
    [{ comment: '\0' }, 'comment has a line end or NUL in it'],
    [{ introduce: { cursor: 'a\n' } }, 'cursor has a line end or NUL in it'],
    [{ gap: { resumedFrom: 'a\r' } }, 'resumedFrom has a line end or NUL in it'],
    [{ open: { headers: { 'a b': '1' } } }, 'the header "a b" cannot be sent with "1"'],
    [{ open: { headers: { '': '1' } } }, 'the header "" cannot be sent with "1"'],
    [{ open: { headers: { a: '€' } } }, 'the header "a" cannot be sent with "€"'],
    [{ refuse: { status: 503, headers: { a: '1\n2' } } }, 'the header "a" cannot be sent with "1\\n2"'],
    [{ redirect: '/注' }, 'the header "location" cannot be sent with "/注"'],
  ])('is refused for what cannot be written, before any request comes', (step, said) => {
    expect(() => checkSteps([step])).toThrow(TypeError)
    expect(() => checkSteps([step])).toThrow(said)
  })
})
