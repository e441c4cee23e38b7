import { describe, expect, it, vi } from 'vitest'
import { Answer } from '../../../testing/mock/answer.ts'
import { HEAD, recordingWire, settle } from '../../support/mock-wire.ts'

function setup() {
  const host = recordingWire()
  const events = { opened: vi.fn(), ending: vi.fn() }
  const answer = new Answer(host.wire, events)
  return { ...host, events, answer }
}

type Setup = ReturnType<typeof setup>

/** How an answer gets to each stage, and what its wire has been given by then. */
const STAGES: readonly [stage: string, come: (to: Setup) => unknown, log: readonly unknown[]][] = [
  ['waiting', () => {}, []],
  ['open', ({ answer }) => answer.open(), [HEAD]],
  ['stalled', ({ answer }) => answer.stall(), [HEAD]],
  // Right after it, as long as the wire has not broken the connection.
  ['withdrawn', ({ answer }) => answer.drop(), []],
  ['over', ({ answer }) => answer.clientLeft(), []],
]
const TEXT = ['head', 503, { 'content-type': 'text/plain' }]

/** What the wire is given in addition, when all is on its way. */
const CALLS: readonly [call: string, act: (answer: Answer) => unknown, given: Record<string, readonly unknown[]>][] = [
  ['open()', (answer) => answer.open(), { waiting: [HEAD], withdrawn: ['destroy'] }],
  ['respond()', (answer) => answer.respond({ status: 503 }), { waiting: [TEXT, 'end'], withdrawn: ['destroy'] }],
  [
    'write()',
    (answer) => answer.write('a', 'b'),
    { waiting: [HEAD, 'a', 'b'], open: ['a', 'b'], withdrawn: ['destroy'] },
  ],
  ['stall()', (answer) => answer.stall(), { waiting: [HEAD], withdrawn: ['destroy'] }],
  [
    'end()',
    (answer) => answer.end(),
    { waiting: [HEAD, 'end'], open: ['end'], stalled: ['end'], withdrawn: ['destroy'] },
  ],
  [
    'drop()',
    (answer) => answer.drop(),
    { waiting: ['destroy'], open: ['destroy'], stalled: ['destroy'], withdrawn: ['destroy'] },
  ],
  ['clientLeft()', (answer) => answer.clientLeft(), {}],
]

describe.each(STAGES)('an answer that is %s', (stage, come, before) => {
  it.each(CALLS)('does at %s what it can', async (_, act, given) => {
    const to = setup()
    come(to)
    if (stage !== 'withdrawn') await to.all()
    expect(to.log).toEqual(before)
    act(to.answer)
    await to.all()
    expect(to.log).toEqual([...before, ...(given[stage] ?? [])])
    // Nothing that comes late brings it back.
    if (stage === 'over') expect(to.answer.isOver).toBe(true)
  })
})

describe('an answer', () => {
  it('is over when the wire has ended it, or the client has gone', async () => {
    const { answer, events, all } = setup()
    answer.write('a')
    const ended = answer.end()
    expect([answer.isOver, events.opened.mock.calls.length, events.ending.mock.calls.length]).toEqual([false, 1, 1])
    await all()
    await Promise.all([ended, answer.closed])
    expect(answer.isOver).toBe(true)

    const other = setup()
    other.answer.clientLeft()
    await other.answer.closed
    expect([other.answer.isOver, other.events.ending.mock.calls.length]).toEqual([true, 1])
  })

  it('is sent when all of it is on its way', async () => {
    const { answer, next } = setup()
    answer.write('a', 'b')
    let isSent = false
    void answer.sent.then(() => {
      isSent = true
    })
    await next()
    await next()
    expect(isSent).toBe(false)
    await next()
    expect(isSent).toBe(true)
  })

  it('sends a copy of bytes, and refuses what is neither text nor bytes', async () => {
    const { answer, log, all } = setup()
    const bytes = new Uint8Array([1, 97, 2])
    answer.write(bytes.subarray(1, 2))
    bytes[1] = 98
    expect(() => answer.write(5 as unknown as string)).toThrow(new TypeError('raw() expects text or bytes, got 5'))
    await all()
    expect(log).toEqual([HEAD, 'a'])
  })

  it('replaces its own headers, whatever the case of their names', async () => {
    const { answer, log } = setup()
    answer.open({ 'Content-Type': 'text/html', 'X-A': '1' })
    await settle()
    expect(log).toEqual([['head', 200, { 'content-type': 'text/html', 'cache-control': 'no-store', 'x-a': '1' }]])
  })
})
