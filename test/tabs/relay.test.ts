import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createRelay } from '../../src/tabs/relay.ts'
import { createTab, createTry, type Tab } from '../../src/tabs/tab.ts'
import type { TransportRequest, TransportSink } from '../../src/transports/transport.ts'

function setup({ isHeard = true } = {}) {
  const clock = createClock()
  const log: unknown[] = []
  const posted: unknown[] = []
  const deposed = vi.fn()
  /** Answers what locks there are: who has the lead, or that nobody can tell. */
  let answer: (leader: string | undefined) => void = () => {}
  const query = vi.fn(
    () =>
      new Promise<LockManagerSnapshot>((resolve, reject) => {
        answer = (leader) => {
          if (!leader) return reject(Error('not here'))
          const held = [
            { name: 'x', clientId: leader },
            { name: `x:${tab.id}`, clientId: 'page 1' },
          ]
          resolve({ held } as LockManagerSnapshot)
        }
      }),
  )
  const say =
    (name: string) =>
    (...args: unknown[]): void => {
      log.push([name, ...args])
    }
  const sink = {
    open: say('open'),
    heard: say('heard'),
    beat: say('beat'),
    id: say('id'),
    event: say('event'),
    retry: say('retry'),
    oversized: say('oversized'),
    end: say('end'),
  } satisfies TransportSink
  const newTry = () =>
    createTry({ url: '', topics: [], lastEventId: 'a', names: [] } as unknown as TransportRequest, sink)
  const tab: Tab = createTab({ name: 'x', clock, post: (message: unknown) => posted.push(message) } as unknown as Tab)
  tab.term = 4
  const mine = newTry()
  tab.try = mine
  const relay = createRelay(tab, { query } as unknown as LockManager, () => isHeard, deposed)
  return { clock, log, posted, deposed, query, tab, mine, relay, newTry, answer: (leader?: string) => answer(leader) }
}

describe('what comes in one turn', () => {
  it('is heard here at once, and by the others in one message, numbered', async () => {
    const { relay, mine, log, posted, clock } = setup()
    relay.take(mine, ['event', 'n', '1', undefined, undefined])
    relay.take(mine, ['retry', 50])
    expect(log).toEqual([
      ['event', 'n', '1', undefined, undefined],
      ['retry', 50],
    ])
    expect(posted).toEqual([])
    await clock.settle()
    const list = [
      ['event', 'n', '1', undefined, undefined],
      ['retry', 50],
    ]
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list }])
    relay.take(mine, ['beat'])
    await clock.settle()
    expect(posted[1]).toEqual({ kind: 'frames', term: 4, n: 3, list: [['beat']] })
  })

  it('is not posted where nobody hears it', async () => {
    const { relay, mine, posted, clock } = setup({ isHeard: false })
    relay.take(mine, ['beat'])
    await clock.settle()
    expect(posted).toEqual([])
  })

  it('is posted before the leader is none any more', () => {
    const { relay, mine, posted } = setup()
    relay.take(mine, ['beat'])
    relay.end()
    expect(posted).toHaveLength(1)
    relay.take(mine, ['beat'])
    relay.flush()
    expect(posted).toHaveLength(1)
  })
})

describe('an id', () => {
  it('travels with the event of its block', async () => {
    const { relay, mine, posted, clock, log } = setup()
    relay.id(mine, 'b')
    relay.take(mine, ['event', 'n', '1', 'b', undefined])
    await clock.settle()
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list: [['event', 'n', '1', 'b', undefined]] }])
    expect(log).toEqual([
      ['id', 'b'],
      ['event', 'n', '1', 'b', undefined],
    ])
  })

  it('of a block without an event travels by itself, in its place', async () => {
    const { relay, mine, posted, clock } = setup()
    relay.id(mine, 'b')
    relay.id(mine, 'c')
    relay.take(mine, ['event', 'n', '1', undefined, undefined])
    relay.id(mine, 'd')
    await clock.settle()
    const list = [
      ['id', 'b'],
      ['id', 'c'],
      ['event', 'n', '1', undefined, undefined],
      ['id', 'd'],
    ]
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list }])
  })
})

describe('a tab that has run nothing for three seconds', () => {
  it('holds everything back until it knows that it leads', async () => {
    const { relay, mine, log, posted, clock, query, answer } = setup()
    await clock.sleep(3001)
    relay.awake()
    relay.take(mine, ['beat'])
    relay.id(mine, 'b')
    relay.act(mine, () => log.push('acted'))
    await clock.settle()
    expect([log, posted]).toEqual([[], []])
    // It asks once, however much comes.
    await clock.sleep(3001)
    relay.awake()
    expect(query).toHaveBeenCalledOnce()
    answer('page 1')
    await clock.settle()
    expect(log).toEqual([['beat'], 'acted', ['id', 'b']])
    expect(posted).toEqual([{ kind: 'frames', term: 4, n: 1, list: [['beat'], ['id', 'b']] }])
  })

  it('hands nothing to anybody if another leads', async () => {
    const { relay, mine, log, posted, clock, deposed, answer } = setup()
    await clock.sleep(3001)
    relay.awake()
    relay.take(mine, ['beat'])
    answer('page 2')
    await clock.settle()
    expect(deposed).toHaveBeenCalledOnce()
    expect([log, posted]).toEqual([[], []])
  })

  it('leads on where nobody can tell', async () => {
    const { relay, mine, log, clock, deposed, answer } = setup()
    await clock.sleep(3001)
    relay.awake()
    relay.take(mine, ['beat'])
    answer()
    await clock.settle()
    expect(deposed).not.toHaveBeenCalled()
    expect(log).toEqual([['beat']])
  })

  it('says nothing of it if it has stopped leading meanwhile', async () => {
    const { relay, mine, log, clock, deposed, answer } = setup()
    await clock.sleep(3001)
    relay.awake()
    relay.take(mine, ['beat'])
    relay.end()
    answer('page 2')
    await clock.settle()
    expect(deposed).not.toHaveBeenCalled()
    expect(log).toEqual([])
  })

  it('three seconds are not yet too long', async () => {
    const { relay, clock, query } = setup()
    await clock.sleep(3000)
    relay.awake()
    expect(query).not.toHaveBeenCalled()
  })
})

it('what a try that was left still brings is for nobody', async () => {
  const { relay, mine, log, posted, clock, tab, newTry } = setup()
  tab.try = newTry()
  relay.take(mine, ['beat'])
  relay.id(mine, 'b')
  relay.act(mine, () => log.push('acted'))
  await clock.settle()
  expect([log, posted]).toEqual([[], []])
})
