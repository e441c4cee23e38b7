import { describe, expect, it } from 'vitest'
import { createRepeats } from '../../src/resume/repeats.ts'

type Event = readonly [id: string, type: string, data: string]
type Verdict = readonly ['dropped' | 'delivered', Event]

/** The memory of one client. Each connection is one that the test opens. */
function remembering() {
  const repeats = createRepeats()
  return {
    /** Opens a connection that brings these events. @returns What is decided about them. */
    connect(...events: Event[]): Verdict[] {
      repeats._open()
      return events.map((event) => [repeats._isRepeat(...event) ? 'dropped' : 'delivered', event])
    },
  }
}

const delivered = (event: Event): Verdict => ['delivered', event]
const dropped = (event: Event): Verdict => ['dropped', event]

const A: Event = ['1', 'a', 'x']
const B: Event = ['2', 'a', 'y']
const NEW: Event = ['3', 'a', 'z']

describe('repeats', () => {
  it.each<[what: string, first: Event[], second: Event[], verdicts: Verdict[]]>([
    ['drops what the first connection brought', [A, B], [A, B, NEW], [dropped(A), dropped(B), delivered(NEW)]],
    ['drops a part of it', [A, B], [B, NEW], [dropped(B), delivered(NEW)]],
    ['drops in any order', [A, B], [B, A, B], [dropped(B), dropped(A), dropped(B)]],
    ['drops nothing behind the first new event', [A, B], [A, NEW, B], [dropped(A), delivered(NEW), delivered(B)]],
    ['drops nothing that is new', [A], [B, NEW], [delivered(B), delivered(NEW)]],
    ['drops nothing within one connection', [], [A, A, B], [delivered(A), delivered(A), delivered(B)]],
  ])('%s', (_, first, second, verdicts) => {
    const { connect } = remembering()
    expect(connect(...first)).toEqual(first.map(delivered))
    expect(connect(...second)).toEqual(verdicts)
  })

  it.each<[what: string, event: Event]>([
    ['another id', ['9', 'a', 'x']],
    ['another name', ['1', 'b', 'x']],
    ['other data', ['1', 'a', 'other']],
    ['longer data', ['1', 'a', 'xx']],
    ['empty data', ['1', 'a', '']],
    ['an empty id', ['', 'a', 'x']],
  ])('are none with %s: the id alone never decides', (_, event) => {
    const { connect } = remembering()
    connect(A)
    expect(connect(event)).toEqual([delivered(event)])
  })

  it('are none where a server counts from 1 again after a restart', () => {
    const { connect } = remembering()
    connect(A, B)
    const again: Event[] = [
      ['1', 'a', 'new x'],
      ['2', 'a', 'y'],
      ['3', 'a', 'z'],
    ]
    expect(connect(...again)).toEqual(again.map(delivered))
  })

  it.each<[event: Event]>([[['12', '3', '4']], [['1', '23', '4']], [['', '12', '34']]])(
    'are none with the same letters in other parts: %j',
    (event) => {
      const { connect } = remembering()
      connect(['1', '2', '34'])
      expect(connect(event)).toEqual([delivered(event)])
    },
  )

  it('are recognised by the whole of long data', () => {
    const { connect } = remembering()
    const long: Event = ['1', 'a', 'x'.repeat(5000)]
    const other: Event = ['1', 'a', `${'x'.repeat(4999)}y`]
    connect(long)
    expect(connect(long)).toEqual([dropped(long)])
    expect(connect(other)).toEqual([delivered(other)])
  })

  it('are recognised over several connections', () => {
    const { connect } = remembering()
    connect(A)
    expect(connect(A, B)).toEqual([dropped(A), delivered(B)])
    expect(connect(A, B, NEW)).toEqual([dropped(A), dropped(B), delivered(NEW)])
    expect(connect()).toEqual([])
    expect(connect(A, B, NEW)).toEqual([dropped(A), dropped(B), dropped(NEW)])
  })

  it('include events with an empty id, which clears the last one', () => {
    const { connect } = remembering()
    const cleared: Event = ['', 'a', 'x']
    connect(cleared)
    expect(connect(cleared)).toEqual([dropped(cleared)])
  })

  it('are known to each client alone', () => {
    const [one, other] = [remembering(), remembering()]
    one.connect(A)
    expect(other.connect(A)).toEqual([delivered(A)])
  })
})

describe('the memory of a history', () => {
  const events = (count: number, data = (n: number) => `${n}`, from = 0): Event[] =>
    Array.from({ length: count }, (_, n) => [`${from + n}`, 'a', data(from + n)])

  it('is at least 4,000 events: a server that sends all of them again is recognised', () => {
    const { connect } = remembering()
    const history = events(4000)
    connect(...history)
    expect(connect(...history, NEW)).toEqual([...history.map(dropped), delivered(NEW)])
    expect(connect(...history, NEW)).toEqual([...history, NEW].map(dropped))
  })

  it('is at least the last 4,000 of them, however many there were', () => {
    for (const count of [4001, 7999, 8000, 8001, 11_999, 12_000, 20_000]) {
      const { connect } = remembering()
      const history = events(count)
      connect(...history)
      const last = history.slice(-4000)
      expect(connect(...last)).toEqual(last.map(dropped))
    }
  })

  it('is at most 8,000 events', () => {
    const { connect } = remembering()
    const history = events(12_000)
    connect(...history)
    const [forgotten, kept] = [history.at(-8001), history.at(-4000)] as [Event, Event]
    expect(connect(kept)).toEqual([dropped(kept)])
    expect(connect(forgotten)).toEqual([delivered(forgotten)])
  })

  it('is bounded in characters, too: at least the last million, at most two', () => {
    const { connect } = remembering()
    // 100,000 characters each, id, name and line ends included.
    const history = events(60, (n) => `${n}`.padEnd(100_000 - `${n}`.length - 3, 'x'))
    connect(...history)
    const kept = history.slice(-10)
    expect(connect(...kept)).toEqual(kept.map(dropped))
    const forgotten = history.at(-21) as Event
    expect(connect(forgotten)).toEqual([delivered(forgotten)])
  })

  it('is the newest event, however long it is, until the next long one', () => {
    const { connect } = remembering()
    const long: Event = ['1', 'a', 'x'.repeat(3_000_000)]
    connect(long)
    expect(connect(long, B)).toEqual([dropped(long), delivered(B)])
    const other: Event = ['4', 'a', 'y'.repeat(3_000_000)]
    connect(other)
    expect(connect(long)).toEqual([delivered(long)])
  })

  it('does not grow by what is dropped', () => {
    const { connect } = remembering()
    const history = events(3000)
    connect(...history)
    for (let n = 0; n < 10; n++) expect(connect(...history)).toEqual(history.map(dropped))
  })
})
