import { SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Control } from '../../src/hub/protocol.ts'
import type { Entry, Hello, Message, Position, Welcome } from '../../src/tabs/message.ts'
import { createAttempt, createTab, deliver, NOWHERE, type TabContext } from '../../src/tabs/tab.ts'
import { begin, welcome } from '../../src/tabs/welcome.ts'
import type { TransportRequest } from '../../src/transports/request.ts'
import { fakeHost } from '../support/host.ts'
import { logSink } from './sink.ts'
import { range } from './stage.ts'

const idOf = (seq: number): string => `k3f9x2ab-${seq}`

/** The frame with this number. */
const entryOf = (n: number, block: object = {}): Entry => ({
  term: 9,
  n,
  frame: ['block', { type: 'n', data: `${n}`, id: idOf(n), ...block }],
})

function setup({ lastEventId = '', url = 'https://a.test/' } = {}) {
  const { sink, log } = logSink()
  const clock = createClock()
  const attempt = createAttempt({ url, lastEventId } as TransportRequest, sink)
  const _locks = { request: vi.fn(async () => {}) }
  const context = { _host: fakeHost(undefined, { clock }), _locks } as unknown as TabContext
  const tab = Object.assign(createTab(context), { _name: 'x', _attempt: attempt, _term: 9 })
  return { tab, attempt, log, _locks }
}

describe('the leader', () => {
  /** One that has received the frames 11 to 15. */
  function lead(...blocks: object[]) {
    const stage = setup()
    stage.tab._at = { term: 9, n: 10, cursor: idOf(10) }
    for (const n of range(11, 15)) deliver(stage.tab, entryOf(n, blocks[n - 11]))
    stage.attempt._heartbeatMs = 15_000
    const answer = (at: Position, intro?: Control): Welcome =>
      welcome(stage.tab, { from: 'b', ask: 3, at } as Hello, intro)
    return { ...stage, answer }
  }
  const at = (n: number, cursor = '', term = 9): Position => ({ term, n, cursor })
  const numbers = ({ entries }: Welcome): number[] | undefined => entries?.map(({ n }) => n)

  it('answers a hello with where it is, and with what it knows of the connection', () => {
    const { answer } = lead()
    expect(answer(at(15, idOf(15)))).toEqual({
      kind: 'welcome',
      to: 'b',
      ask: 3,
      n: 15,
      cursor: idOf(15),
      entries: [],
      heartbeatMs: 15_000,
      intro: undefined,
    })
  })

  it.each<[string, Position, number[] | undefined]>([
    ['a new tab gets nothing', NOWHERE, []],
    ['a tab that is behind gets what it lacks', at(13, idOf(13)), [14, 15]],
    ['a tab that has all gets nothing', at(15, idOf(15)), []],
    ['a tab that is too far behind has to ask the server', at(3, idOf(3)), undefined],
    ['a tab that is too far behind, without an id, goes on from here', at(3), []],
  ])('%s', (_, position, entries) => {
    expect(numbers(lead().answer(position))).toEqual(entries)
  })

  it.each<[string, Position, boolean]>([
    ['a new tab', NOWHERE, false],
    ['a tab that gets what it lacks', at(13, idOf(13)), true],
    ['a tab that gets what it lacks by its id', at(0, idOf(13)), true],
    ['a tab that is too far behind', at(3, idOf(3)), false],
  ])('the introduction says of %s whether its stream goes on where it stopped', (_, position, recovered) => {
    const { intro } = lead().answer(position, { v: 1, clientId: 'c', recovered: 'unknown' })
    expect(intro).toEqual({ v: 1, clientId: 'c', recovered })
  })

  it('knows of a connection in between that did not go on where the last one stopped', () => {
    const lost = { type: 'connected', data: '{"v":1,"recovered":false}' }
    const { answer } = lead({}, {}, {}, lost)
    const intro = { v: 1 }
    expect(answer(at(13, idOf(13)), intro).intro?.recovered).toBe(false)
    expect(answer(at(14, idOf(14)), intro).intro?.recovered).toBe(true)
  })
})

describe('a tab that is welcome', () => {
  const message = (more: Partial<Welcome> = {}): Message<Welcome> => ({
    kind: 'welcome',
    term: 12,
    to: 'me',
    ask: 1,
    n: 40,
    entries: [],
    heartbeatMs: 15_000,
    intro: undefined,
    cursor: idOf(40),
    ...more,
  })

  it('opens its client at the place of the leader', () => {
    const { tab, attempt, log } = setup()
    begin(tab, attempt, message({ intro: { v: 1, clientId: 'c' } }), vi.fn())
    expect(log).toEqual([
      ['open', { heartbeatMs: 15_000 }],
      ['block', { type: 'connected', data: '{"v":1,"clientId":"c"}', id: idOf(40) }],
    ])
    expect([attempt._isOpen, attempt._isLive]).toEqual([true, true])
    expect(tab._at).toEqual({ term: 12, n: 40, cursor: idOf(40) })
  })

  it('brings its client the id of the leader where the server does not introduce itself', () => {
    const { tab, attempt, log } = setup()
    begin(tab, attempt, message(), vi.fn())
    expect(log.at(-1)).toEqual(['block', { type: 'connected', data: undefined, id: idOf(40) }])
  })

  it('leaves its client the id that it has, and brings what it lacks', () => {
    const { tab, attempt, log } = setup({ lastEventId: idOf(8) })
    tab._at = { term: 3, n: 70, cursor: idOf(8) }
    const entries = [entryOf(39), entryOf(40)]
    begin(tab, attempt, message({ entries, intro: { v: 1 } }), vi.fn())
    expect(log).toEqual([
      ['open', { heartbeatMs: 15_000 }],
      ['block', { type: 'connected', data: '{"v":1}', id: undefined }],
      ...entries.map(({ frame }) => frame),
    ])
    expect(tab._at).toEqual({ term: 12, n: 40, cursor: idOf(40) })
  })

  it('is not opened again after a hole', () => {
    const { tab, attempt, log } = setup()
    attempt._isOpen = true
    tab._at = { term: 12, n: 38, cursor: idOf(38) }
    begin(tab, attempt, message({ entries: [entryOf(39), entryOf(40)], intro: { v: 1 } }), vi.fn())
    expect(log).toEqual([['heard'], entryOf(39).frame, entryOf(40).frame])
  })

  it('stays where it is if its client leaves in the middle', () => {
    const { tab, attempt } = setup()
    Object.assign(attempt._sink, {
      block: () => {
        tab._attempt = undefined as never
      },
    })
    attempt._isOpen = true
    begin(tab, attempt, message({ entries: [entryOf(39), entryOf(40)] }), vi.fn())
    expect(tab._at.n).toBe(39)
  })

  it('asks the server, after its turn, for what the leader does not have', async () => {
    const { tab, attempt, log, _locks } = setup({ lastEventId: idOf(8) })
    begin(tab, attempt, message({ entries: undefined, intro: { v: 1 } }), vi.fn())
    expect(_locks.request).toHaveBeenCalledExactlyOnceWith('x|late', expect.anything(), expect.any(Function))
    expect([log, attempt._isLive]).toEqual([[], undefined])
  })

  it('has its cursor refused where the server does not introduce itself', () => {
    const { tab, attempt, log, _locks } = setup({ lastEventId: idOf(8) })
    begin(tab, attempt, message({ entries: undefined }), vi.fn())
    expect(log).toEqual([['end', expect.any(SSEError)]])
    expect((log as [string, SSEError][])[0]?.[1]).toMatchObject({ code: 'http', status: 409 })
    expect(_locks.request).not.toHaveBeenCalled()
  })
})
