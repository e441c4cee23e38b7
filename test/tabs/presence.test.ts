import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createPresence } from '../../src/tabs/presence.ts'
import { FOLLOWING, follow, JOINING, join, LEADING, lead, separate } from '../../src/tabs/role.ts'
import { createTab, type TabContext } from '../../src/tabs/tab.ts'
import { fakeHost } from '../support/host.ts'

/** A lock that was asked for. */
interface Lock {
  readonly name: string
  readonly options: LockOptions
  grant(): unknown
  refuse(name: string): void
}

function setup() {
  const locks: Lock[] = []
  const _locks = {
    request: (name: string, options: LockOptions, hold: () => unknown) =>
      new Promise((_, reject) => {
        locks.push({ name, options, grant: hold, refuse: (name) => reject(Object.assign(Error(name), { name })) })
      }),
  }
  const channel = { postMessage: vi.fn(), close: vi.fn() }
  /** What the page listens for, and the channel. */
  const heard: { message: (message: unknown) => void; visibility: () => void } = {
    message: () => {},
    visibility: () => {},
  }
  const unwatch = vi.fn()
  const _platform = {
    channel: vi.fn((_: string, receive: (message: unknown) => void) => {
      heard.message = receive
      return channel
    }),
    onVisibility(callback: () => void) {
      heard.visibility = callback
      return unwatch
    },
  }
  const clock = createClock()
  const context = { _host: fakeHost(undefined, { clock }), _locks, _platform } as unknown as TabContext
  const tab = Object.assign(createTab(context), { _name: 'x' })
  const [receive, looked, go] = [vi.fn(), vi.fn(), vi.fn()]
  const presence = createPresence(tab, receive, looked, go)
  /** The locks that are held or queued for, oldest first. */
  const asked = (): string[] => locks.filter(({ options }) => !options.signal?.aborted).map(({ name }) => name)
  const last = (): Lock => locks.at(-1) as Lock
  return { clock, tab, presence, locks, asked, last, channel, heard, unwatch, _platform, receive, looked, go }
}

describe('a tab that joins', () => {
  it('opens the channel of its stream, and asks for a lock of its own', async () => {
    const { presence, tab, asked, channel, _platform, go, clock } = setup()
    presence._start()
    await clock.settle()
    expect(_platform.channel).toHaveBeenCalledExactlyOnceWith('x', expect.any(Function))
    expect(tab._channel).toBe(channel)
    expect(asked()).toEqual([expect.stringMatching(/^x:[-0-9a-f]{36}$/)])
    expect(go.mock.calls).toEqual([[join]])
    expect(tab._tabId).toBeUndefined()
  })

  it('has an id when it holds its lock, and follows', async () => {
    const { presence, tab, last, go, clock } = setup()
    presence._start()
    await clock.settle()
    last().grant()
    expect(`x:${tab._tabId}`).toBe(last().name)
    expect(go.mock.calls).toEqual([[join], [follow]])
  })

  it('has another id each time', async () => {
    const { presence, locks, clock } = setup()
    presence._start()
    presence._end()
    presence._start()
    await clock.settle()
    expect(new Set(locks.map(({ name }) => name)).size).toBe(2)
  })

  it('stays alone where there is no channel', () => {
    const { presence, tab, locks, _platform, go } = setup()
    _platform.channel.mockImplementation(() => {
      throw Error('not here')
    })
    presence._start()
    expect(go.mock.calls).toEqual([[separate]])
    expect([tab._channel, locks]).toEqual([undefined, []])
  })

  it('goes its own way if it cannot have its lock', async () => {
    const { presence, last, go, clock } = setup()
    presence._start()
    await clock.settle()
    last().refuse('SecurityError')
    await clock.settle()
    expect(go.mock.calls).toEqual([[join], [separate]])
  })

  it.each([[{ kind: 'probe' }], [5], [null], ['text']])(
    'passes on the message %j of its channel as an object',
    (message) => {
      const { presence, heard, receive } = setup()
      presence._start()
      heard.message(message)
      expect(receive).toHaveBeenCalledExactlyOnceWith(Object(message))
    },
  )

  it('reports that the page is shown or hidden', () => {
    const { presence, heard, looked } = setup()
    presence._start()
    heard.visibility()
    expect(looked).toHaveBeenCalledOnce()
  })
})

describe('the queue for the lead', () => {
  it('is for the lock with the name of the stream, and ends with the lead', async () => {
    const { presence, last, go, clock } = setup()
    presence._queue()
    await clock.settle()
    expect([last().name, last().options.steal]).toEqual(['x', undefined])
    last().grant()
    expect(go.mock.calls).toEqual([[lead]])
  })

  it('is joined at the end when it is joined again', async () => {
    const { presence, locks, asked, clock } = setup()
    presence._queue()
    presence._queue()
    await clock.settle()
    expect(locks).toHaveLength(2)
    expect(asked()).toEqual(['x'])
  })

  it('is joined again by a tab that lost the lead before it knew that it had it', async () => {
    const { presence, tab, last, locks, go, clock } = setup()
    tab._role = FOLLOWING
    presence._queue()
    await clock.settle()
    last().refuse('AbortError')
    await clock.settle()
    expect(locks.map(({ name }) => name)).toEqual(['x', 'x'])
    expect(go).not.toHaveBeenCalled()
  })

  it('is left to a leader that lost the lead: its role says what follows', async () => {
    const { presence, tab, last, locks, go, clock } = setup()
    presence._queue()
    await clock.settle()
    tab._role = LEADING
    last().refuse('AbortError')
    await clock.settle()
    expect(locks).toHaveLength(1)
    expect(go.mock.calls).toEqual([[follow]])
  })

  it('leads a tab its own way if the lock cannot be had', async () => {
    const { presence, tab, last, go, clock } = setup()
    tab._role = FOLLOWING
    presence._queue()
    await clock.settle()
    last().refuse('SecurityError')
    await clock.settle()
    expect(go.mock.calls).toEqual([[separate]])
  })
})

describe('the lead', () => {
  it('is taken from another tab by one that follows', async () => {
    const { presence, tab, last, clock } = setup()
    tab._role = FOLLOWING
    presence._steal()
    await clock.settle()
    expect([last().name, last().options.steal]).toEqual(['x', true])
  })

  it.each([
    ['joins', JOINING],
    ['leads', LEADING],
  ])('is not taken by a tab that %s', async (_, role) => {
    const { presence, tab, locks, clock } = setup()
    tab._role = role
    presence._steal()
    await clock.settle()
    expect(locks).toEqual([])
  })
})

it('a tab that leaves gives back its locks, the channel and its listener, and has no id any more', async () => {
  const { presence, tab, locks, asked, channel, unwatch, clock } = setup()
  presence._start()
  await clock.settle()
  locks[0]?.grant()
  presence._queue()
  await clock.settle()
  presence._end()
  expect(locks).toHaveLength(2)
  expect(asked()).toEqual([])
  expect(channel.close).toHaveBeenCalledOnce()
  expect(unwatch).toHaveBeenCalledOnce()
  expect([tab._channel, tab._tabId]).toEqual([undefined, undefined])
})

it('a tab that has never joined gives back nothing', () => {
  const { presence, channel, unwatch } = setup()
  expect(() => presence._end()).not.toThrow()
  expect([channel.close, unwatch].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
})
