import type { TransportSink } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Frame, Hello } from '../../src/tabs/message.ts'
import { createRelay } from '../../src/tabs/relay.ts'
import { type Attempt, createAttempt, createTab, type TabContext } from '../../src/tabs/tab.ts'
import type { TransportRequest } from '../../src/transports/request.ts'
import { fakeHost } from '../support/host.ts'
import { logSink } from './sink.ts'

function setup({ isHeard = true } = {}) {
  const clock = createClock()
  const posted: unknown[] = []
  const deposed = vi.fn()
  /** Answers the question for the locks: who has the lead, or an error. */
  let answer: (leader: string | undefined) => void = () => {}
  const query = vi.fn(
    () =>
      new Promise<LockManagerSnapshot>((resolve, reject) => {
        answer = (leader) => {
          if (!leader) return reject(Error('not here'))
          const held = [
            { name: 'x', clientId: leader },
            { name: 'x:me', clientId: 'page 1' },
          ]
          resolve({ held } as LockManagerSnapshot)
        }
      }),
  )
  const { sink, log } = logSink()
  const newAttempt = () => createAttempt({ url: 'https://a.test/', lastEventId: 'a' } as TransportRequest, sink)
  const context = { _host: fakeHost(undefined, { clock }), _locks: { query } } as unknown as TabContext
  const attempt = newAttempt()
  const tab = Object.assign(createTab(context), {
    _name: 'x',
    _tabId: 'me',
    _term: 4,
    _attempt: attempt,
    _channel: { postMessage: (message: unknown) => posted.push(message), close() {} },
  })
  const relay = createRelay(tab, () => (isHeard ? [{} as Hello] : []), deposed)
  /** What an attempt reports, each as a frame. */
  const reportsOf = (attempt: Attempt): TransportSink =>
    relay._guard(attempt, {
      ...sink,
      block(block) {
        relay._add(['block', block])
        return undefined
      },
      comment: (text) => relay._add(['comment', text]),
      retry: (ms) => relay._add(['retry', ms]),
    })
  const reports = reportsOf(attempt)
  return {
    clock,
    log,
    posted,
    deposed,
    query,
    tab,
    reports,
    reportsOf,
    relay,
    newAttempt,
    answer: (is?: string) => answer(is),
  }
}

const event: Frame = ['block', { type: 'n', data: '1', id: undefined }]
const comment: Frame = ['comment', '']
/** A block without an event, whose id counts all the same. */
const id: Frame = ['block', { type: 'message', data: undefined, id: 'b' }]

/** Reports what a frame says. */
const report = (reports: TransportSink, [kind, value]: Frame): unknown =>
  (reports[kind] as (value: unknown) => unknown)(value)

describe('what comes in one turn', () => {
  it('is delivered here at once, and posted to the others in one message, numbered', async () => {
    const { reports, log, posted, clock } = setup()
    report(reports, event)
    report(reports, ['retry', 50])
    expect(log).toEqual([event, ['retry', 50]])
    expect(posted).toEqual([])
    await clock.settle()
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list: [event, ['retry', 50]] }])
    report(reports, comment)
    await clock.settle()
    expect(posted[1]).toEqual({ kind: 'frames', term: 4, n: 3, list: [comment] })
  })

  it('is posted in messages of 100, so that the other tabs give the main thread back in between', async () => {
    const { reports, posted, clock } = setup()
    for (let n = 0; n < 250; n++) report(reports, event)
    await clock.settle()
    expect(posted).toEqual([
      { kind: 'frames', term: 4, n: 1, list: Array(100).fill(event) },
      { kind: 'frames', term: 4, n: 101, list: Array(100).fill(event) },
      { kind: 'frames', term: 4, n: 201, list: Array(50).fill(event) },
    ])
  })

  it('is not posted where no other tab hears it', async () => {
    const { reports, posted, clock } = setup({ isHeard: false })
    report(reports, comment)
    await clock.settle()
    expect(posted).toEqual([])
  })

  it('is posted before the tab stops leading, and nothing after that', () => {
    const { reports, relay, posted } = setup()
    report(reports, comment)
    relay._end()
    expect(posted).toHaveLength(1)
    report(reports, comment)
    relay._postNow()
    expect(posted).toHaveLength(1)
  })

  it('keeps the order of ids with and without an event', async () => {
    const { reports, posted, clock } = setup()
    const list: Frame[] = [
      ['block', { type: 'message', data: undefined, id: 'b' }],
      ['block', { type: 'n', data: '1', id: 'b' }],
      ['block', { type: 'message', data: undefined, id: 'c' }],
      event,
      ['block', { type: 'message', data: undefined, id: 'd' }],
    ]
    for (const frame of list) report(reports, frame)
    await clock.settle()
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list }])
  })
})

describe('a tab that has not run for more than three seconds', () => {
  it('holds everything back until it knows that it leads', async () => {
    const { reports, log, posted, clock, query, answer } = setup()
    await clock.sleep(3001)
    report(reports, comment)
    reports.heard()
    report(reports, id)
    await clock.settle()
    expect([log, posted]).toEqual([[], []])
    // It asks once, however much comes.
    await clock.sleep(3001)
    reports.heard()
    expect(query).toHaveBeenCalledOnce()
    answer('page 1')
    await clock.settle()
    expect(log).toEqual([comment, ['heard'], id, ['heard']])
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list: [comment, id] }])
  })

  it('passes nothing on if another leads', async () => {
    const { reports, log, posted, clock, deposed, answer } = setup()
    await clock.sleep(3001)
    report(reports, comment)
    answer('page 2')
    await clock.settle()
    expect(deposed).toHaveBeenCalledOnce()
    expect([log, posted]).toEqual([[], []])
  })

  it('leads on where the browser does not say who leads', async () => {
    const { reports, log, clock, deposed, answer } = setup()
    await clock.sleep(3001)
    report(reports, comment)
    answer()
    await clock.settle()
    expect(deposed).not.toHaveBeenCalled()
    expect(log).toEqual([comment])
  })

  it('passes nothing on if it has stopped leading meanwhile', async () => {
    const { reports, relay, log, clock, deposed, answer } = setup()
    await clock.sleep(3001)
    report(reports, comment)
    relay._end()
    answer('page 2')
    await clock.settle()
    expect(deposed).not.toHaveBeenCalled()
    expect(log).toEqual([])
  })
})

it('a tab that has not run for three seconds does not ask for the locks', async () => {
  const { reports, clock, query } = setup()
  await clock.sleep(3000)
  reports.heard()
  expect(query).not.toHaveBeenCalled()
})

it('an attempt that was left passes nothing on', async () => {
  const { reports, reportsOf, log, posted, clock, tab, newAttempt } = setup()
  const attempt = newAttempt()
  tab._attempt = attempt
  report(reports, comment)
  report(reports, id)
  reports.heard()
  await clock.settle()
  expect([log, posted]).toEqual([[], []])
  report(reportsOf(attempt), id)
  expect(log).toEqual([id])
})
