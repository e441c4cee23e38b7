// @vitest-environment page
import { SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { stagePage } from '../support/page.ts'
import { createStage, group, idOf, pair, range, type Stage, type Tab, type TabOptions, URL } from './stage.ts'

const asked = (stage: Stage): string[] =>
  stage.lines.map(({ request }) => new globalThis.URL(request.url).searchParams.get('topics') ?? '')
const busy = (retryAfter = 0): SSEError => new SSEError('http', 'busy', { status: 503, retryAfter })

/** What became of a promise, once that is known. */
function outcome(promise: Promise<unknown>): { value: string } {
  const result = { value: 'pending' }
  promise.then(
    () => {
      result.value = 'joined'
    },
    ({ code }) => {
      result.value = code
    },
  )
  return result
}

describe('a tab that takes over', () => {
  it('connects at once if it is the first', async () => {
    const stage = createStage()
    stage.open()
    // Two locks, each granted after 2 ms, and a look at who is there.
    await stage.run(10)
    expect(stage.lines).toHaveLength(1)
  })

  it('waits 200 ms for the hellos of the others', async () => {
    const [stage, a, b, c] = (await group({}, {}, {})) as [Stage, Tab, Tab, Tab]
    c.freeze()
    a.crash()
    await stage.run(190)
    expect(stage.lines).toHaveLength(1)
    await stage.run(30)
    expect(stage.lines.map(({ name }) => name)).toEqual([a.name, b.name])
  })

  it('connects as soon as all others have answered', async () => {
    const [stage, a] = await group({}, {}, {})
    a?.crash()
    await stage.run(15)
    expect(stage.lines).toHaveLength(2)
  })

  /**
   * A is a hidden leader. B has got 3 events and nothing since. C joined after 6, has got all up to 9, and takes over, as it is
   * visible.
   */
  async function lagging(): Promise<[Stage, Tab, Tab]> {
    const stage = createStage({ beats: false })
    const a = stage.open()
    const b = stage.open()
    await stage.run(50)
    stage.publish(3)
    await stage.run(10)
    stage.mute = [b.name]
    stage.publish(3)
    await stage.run(10)
    const c = stage.open()
    await stage.run(50)
    stage.publish(3)
    b.show(false)
    a.show(false)
    await stage.run(29_900)
    stage.mute = []
    expect([b.heard, c.heard]).toEqual([range(1, 3), range(7, 9)])
    return [stage, b, c]
  }

  it('resumes from its own cursor, and a tab that is further behind catches up over a connection of its own', async () => {
    const [stage, b, c] = await lagging()
    await stage.run(1000)
    expect(c.role).toBe('leader')
    expect(stage.lines.map(({ name, request }) => [name, request.lastEventId]).slice(1)).toEqual([
      [c.name, idOf(9)],
      [b.name, idOf(3)],
    ])
    expect(stage.live.map(({ name }) => name)).toEqual([c.name])
    stage.publish(1)
    await stage.run(10)
    expect([b.heard, c.heard]).toEqual([range(1, 10), range(7, 10)])
  })

  // The leader's client, which is further on, resumes there; numbers go on as if nothing were missing in between.
  it('loses nothing for others if its connection breaks in the middle of what comes again', async () => {
    const [stage, b, c] = await lagging()
    stage.script.push((line) => {
      line.greet()
      line.event('connected', { v: 1, clientId: line.clientId, recovered: true }, idOf(3))
      line.event('n', 4, idOf(4))
      line.end('eof')
    })
    await stage.run(5000)
    stage.publish(1)
    await stage.run(100)
    expect(c.heard).toEqual(range(7, 10))
    expect(b.gaps).toEqual([])
    expect(b.heard).toEqual(range(1, 10))
  })
})

describe('a server that sends Retry-After', () => {
  it('is asked once for all tabs', async () => {
    const [stage] = await group({}, {}, {}, {})
    stage.script.push((line) => line.end(busy()))
    stage.last.end('eof')
    await stage.run(60_000)
    expect(stage.lines).toHaveLength(3)
    expect(stage.live).toHaveLength(1)
  })

  // Each follower's own timer ends its wait together with the leader's, and if that has failed by then, hurries it again.
  it('is asked as often for three tabs as for one', async () => {
    const requests: number[] = []
    for (const tabs of [[{}], [{}, {}, {}]]) {
      const [stage] = await group(...tabs)
      stage.serve = (line) => line.end(new SSEError('network', 'offline'))
      stage.last.end('eof')
      await stage.run(120_000)
      requests.push(stage.lines.length)
    }
    expect(requests[1]).toBe(requests[0])
  })

  it('is left alone though the leader dies while it waits', async () => {
    const [stage, a, b] = (await group({}, {}, {})) as [Stage, Tab, Tab]
    stage.last.end(busy(20_000))
    await stage.run(5000)
    a.crash()
    await stage.run(14_000)
    expect(stage.lines).toHaveLength(1)
    expect(b.status).toBe('waiting')
    await stage.run(10_000)
    expect(stage.lines.map(({ name }) => name)).toEqual([a.name, b.name])
    expect(b.status).toBe('open')
  })

  it('is left alone though a tab comes and goes', async () => {
    const [stage, , b] = await pair()
    stage.last.end(busy(600_000))
    await stage.run(1000)
    b.sse.disconnect()
    await stage.run(10)
    b.sse.connect()
    stage.open()
    await stage.run(500_000)
    expect(stage.lines).toHaveLength(1)
    expect(b.status).toBe('waiting')
  })

  // A tab that the leader knows is not told again that all wait. Out of sight it does not ask either: its connectTimeout ends
  // the wait.
  it('is left alone though a hidden tab comes back', async () => {
    const [stage, , b] = await pair()
    stage.last.end(busy(600_000))
    await stage.run(1000)
    b.show(false)
    b.sse.disconnect()
    await stage.run(10)
    b.sse.connect()
    await stage.run(60_000)
    expect(stage.lines).toHaveLength(1)
  })

  // Only the leader's own client knows the minimum; the others end their wait early, and hurry the leader.
  it.each(['online', 'visible'])('is left alone though the page is %s again', async (what) => {
    const page = stagePage()
    const [stage] = await pair()
    stage.last.end(busy(600_000))
    await stage.run(1000)
    if (what === 'online') page.signal('online')
    else {
      page.hide()
      page.show()
    }
    await stage.run(60_000)
    expect(stage.lines).toHaveLength(1)
  })

  it('is asked at once after reconnect() in any tab', async () => {
    const [stage, a, b] = await pair()
    stage.last.end(busy(600_000))
    await stage.run(1000)
    b.sse.reconnect()
    await stage.run(50)
    expect(stage.lines.map(({ name }) => name)).toEqual([a.name, a.name])
    expect([a.status, b.status]).toEqual(['open', 'open'])
  })
})

describe('an open connection', () => {
  it('stays though a follower reconnects', async () => {
    const [stage, , b] = await pair()
    stage.publish(1)
    await stage.run(5000)
    b.sse.reconnect()
    await stage.run(50)
    expect(b.status).toBe('open')
    expect(b.opened.at(-1)?.recovered).toBe(true)
    expect(stage.lines).toHaveLength(1)
  })

  it('is replaced if it is silent for more than ten seconds and a follower doubts it', async () => {
    const [stage, a, b] = await pair()
    stage.publish(1)
    await stage.run(12_000)
    b.sse.reconnect()
    await stage.run(50)
    expect(stage.lines.map(({ name }) => name)).toEqual([a.name, a.name])
    expect(stage.live).toHaveLength(1)
    stage.publish(1)
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([range(1, 2), range(1, 2)])
  })

  it('leads to messages only while there is a follower', async () => {
    const [stage] = await group({})
    stage.publish(5)
    await stage.run(50)
    expect(stage.said.map(({ message }) => message['kind'])).not.toContain('frames')
  })

  it('makes one message of what comes in one turn', async () => {
    const [stage] = await pair()
    stage.publish(50)
    await stage.run(10)
    const frames = stage.said.filter(({ message }) => message['kind'] === 'frames')
    expect(frames.map(({ message }) => (message['list'] as unknown[]).length)).toEqual([50])
  })

  // A transport need not be silent when it has been closed, and the leader learns the server's name for it before it asks.
  it('is not confused by a late report of an earlier connection', async () => {
    const [stage, a, b] = await pair()
    const old = stage.last
    a.sse.reconnect()
    await stage.run(50)
    old.sink.heard()
    old.sink.block({ type: 'connected', data: JSON.stringify({ v: 1, clientId: 'old' }), id: undefined })
    await stage.run(10)
    b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    expect(stage.posts.map(({ clientId }) => clientId)).toEqual([stage.last.clientId])
  })
})

describe('topics', () => {
  it('go into one request for all tabs', async () => {
    const [stage, a] = await pair({ sse: { topics: ['a', 'b'] } }, { sse: { topics: ['b', 'c'] } })
    expect(asked(stage)).toEqual(['a,b'])
    expect(stage.posts).toMatchObject([{ clientId: 'c1', add: ['c'], remove: [], all: ['a', 'b', 'c'] }])
    a?.sse.reconnect()
    await stage.run(50)
    expect(asked(stage)).toEqual(['a,b', 'a,b,c'])
  })

  it('bring each tab its own events, and those without a topic', async () => {
    const [stage, a, b] = await pair({ sse: { topics: ['a', 'both.*'] } }, { sse: { topics: ['b', 'both.x'] } })
    await stage.run(50)
    stage.publish(1, 'a')
    stage.publish(1, 'b')
    stage.publish(1, 'both.x')
    stage.publish(1)
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([
      [1, 3, 4],
      [2, 3, 4],
    ])
    expect([a.gaps, b.gaps]).toEqual([[], []])
  })

  it('are joined with one POST by a follower, whose subscribers hear them', async () => {
    const [stage, a, b] = await pair()
    const heard: unknown[] = []
    b.sse.topic('orders').subscribe((data) => heard.push(data))
    const joined = outcome(b.sse.topic('orders').joined())
    await stage.run(100)
    expect(joined.value).toBe('joined')
    expect(stage.posts).toMatchObject([{ add: ['orders'], remove: [], all: ['orders'] }])
    stage.publish(1, 'orders')
    await stage.run(10)
    expect([heard, b.heard, a.heard]).toEqual([[1], [1], []])
    expect(stage.lines).toHaveLength(1)
  })

  it('are joined with one POST by the leader', async () => {
    const [stage, a, b] = await pair()
    a.sse.topic('orders').subscribe(() => {})
    const joined = outcome(a.sse.topic('orders').joined())
    await stage.run(100)
    expect(joined.value).toBe('joined')
    expect(stage.posts).toMatchObject([{ add: ['orders'], remove: [], all: ['orders'] }])
    stage.publish(1, 'orders')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([[1], []])
  })

  it.each(['leader', 'follower'] as const)(
    'are joined in the %s without a POST if another tab has joined them already',
    async (role) => {
      const [stage, a, b] = await pair()
      const [first, second] = role === 'leader' ? [b, a] : [a, b]
      first.sse.topic('orders').subscribe(() => {})
      await stage.run(100)
      second.sse.topic('orders').subscribe(() => {})
      const joined = outcome(second.sse.topic('orders').joined())
      await stage.run(100)
      expect(joined.value).toBe('joined')
      expect(stage.posts).toHaveLength(1)
      stage.publish(1, 'orders')
      await stage.run(10)
      expect([a.heard, b.heard]).toEqual([[1], [1]])
    },
  )

  it('are joined in two tabs at once', async () => {
    const [stage, a, b] = await pair()
    const names = ['own:a', 'own:b'] as const
    const joined = [a, b].map((tab, n) => {
      const own = `${names[n]}`
      tab.sse.topic('orders').subscribe(() => {})
      tab.sse.topic(own).subscribe(() => {})
      return [outcome(tab.sse.topic('orders').joined()), outcome(tab.sse.topic(own).joined())]
    })
    await stage.run(200)
    expect(joined.flat().map(({ value }) => value)).toEqual(['joined', 'joined', 'joined', 'joined'])
    expect(new Set(stage.posts.at(-1)?.all)).toEqual(new Set(['orders', ...names]))
    expect(stage.lines).toHaveLength(1)
  })

  it('are refused if the server does not grant them', async () => {
    const [stage, , b] = await pair()
    stage.onPost = ({ rev }) => {
      stage.last.event('subscribed', { rev, topics: [] })
      return new Response()
    }
    b.sse.topic('secret').subscribe(() => {})
    const joined = outcome(b.sse.topic('secret').joined())
    await stage.run(100)
    expect(joined.value).toBe('unauthorized')
  })

  it('are left with another POST when no tab wants them any more', async () => {
    const [stage, , b] = await pair()
    const off = b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    off()
    await stage.run(1100)
    expect(stage.posts.slice(1)).toMatchObject([{ add: [], remove: ['orders'], all: [] }])
  })

  it.each<[string, (tab: Tab) => void]>([
    ['dies', (tab) => tab.crash()],
    ['closes', (tab) => tab.sse.close()],
  ])('are left when their tab %s, but for those that others want', async (_, leave) => {
    const [stage, , b] = await pair({ sse: { topics: ['shared'] } }, { sse: { topics: ['shared', 'own'] } })
    await stage.run(50)
    leave(b)
    await stage.run(50)
    expect(stage.posts.at(-1)).toMatchObject({ add: [], remove: ['own'], all: ['shared'] })
  })

  it('lead to a new request for all tabs if the POST fails', async () => {
    const [stage, , b] = await pair()
    stage.onPost = () => new Response(null, { status: 404 })
    b.sse.topic('orders').subscribe(() => {})
    const joined = outcome(b.sse.topic('orders').joined())
    await stage.run(200)
    expect(asked(stage)).toEqual(['', 'orders'])
    expect(joined.value).toBe('joined')
    expect(stage.posts).toHaveLength(1)
  })

  it('take a new request for one more, and none for one less, if the server does not introduce itself', async () => {
    const stage = createStage()
    stage.serve = (line) => line.greet()
    stage.open()
    await stage.run(1100)
    const b = stage.open()
    await stage.run(1100)
    const off = b.sse.topic('orders').subscribe(() => {})
    await stage.run(1500)
    expect(asked(stage)).toEqual(['', 'orders'])
    off()
    await stage.run(5000)
    expect(asked(stage)).toEqual(['', 'orders'])
    expect(stage.posts).toEqual([])
  })

  // Nobody but the client that wanted it waits for the server's word, and its new try is not answered before that has come.
  it('do not keep a follower from its stream if the server never confirms a change', async () => {
    const [stage, , b] = await pair()
    stage.onPost = () => new Response()
    b.sse.topic('orders').subscribe(() => {})
    for (const _ of range(1, 60)) {
      await stage.run(1000)
      stage.publish(1)
    }
    await stage.run(10)
    expect(b.heard).toEqual(range(1, 60))
  })

  // The same: whoever comes later is not let in.
  it('do not keep a new tab out if the server never confirms a change', async () => {
    const [stage, , b] = await pair()
    stage.onPost = () => new Promise(() => {})
    b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    b.sse.close()
    const c = stage.open()
    await stage.run(30_000)
    expect(c.status).toBe('open')
  })

  // What a tab did not ask for by topics is thrown away where the server says which topic it was for.
  it('are heard if the URL itself asks for them', async () => {
    const [stage, a, b] = await pair({ url: `${URL}?topics=orders` })
    stage.publish(1, 'orders')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([[1], [1]])
  })
})

describe('topics that the server does not grant', () => {
  const denied = (topic: string) => ({ topic, code: 'denied', message: `${topic} is not for you` })
  const words = (topic: string) => ({
    code: 'unauthorized',
    topic,
    reason: 'denied',
    message: `${topic} is not for you`,
  })

  /** A leader and a follower, of a server that refuses all topics that begin with `secret`. */
  async function refusing(first: TabOptions = {}, second: TabOptions = {}) {
    const refused: [string, string][] = []
    const options = (name: string, { sse, ...more }: TabOptions): TabOptions => ({
      ...more,
      sse: { ...sse, onTopicRefused: ({ topic }) => refused.push([name, topic]) },
    })
    const answer = (all: readonly string[]): object => {
      const secrets = all.filter((name) => name.startsWith('secret'))
      const topics = all.filter((name) => !name.startsWith('secret'))
      return { topics, ...(secrets.length && { denied: secrets.map(denied) }) }
    }
    const stage = createStage()
    stage.serve = (line) =>
      line.accept(answer(new globalThis.URL(line.request.url).searchParams.get('topics')?.split(',') ?? []))
    stage.onPost = ({ rev, all }) => {
      stage.last.event('subscribed', { rev, ...answer(all) })
      return new Response()
    }
    const a = stage.open(options('leader', first))
    await stage.run(50)
    const b = stage.open(options('follower', second))
    await stage.run(50)
    return { stage, a, b, refused }
  }

  it.each(['leader', 'follower'] as const)(
    'are refused in the words of the server in the %s that asks for one later, and only there',
    async (role) => {
      const { stage, a, b, refused } = await refusing()
      const tab = role === 'leader' ? a : b
      tab.sse.topic('secret').subscribe(() => {})
      const joined = expect(tab.sse.topic('secret').joined()).rejects.toMatchObject(words('secret'))
      await stage.run(100)
      await joined
      expect(refused).toEqual([[role, 'secret']])
      expect([a.status, b.status]).toEqual(['open', 'open'])
    },
  )

  it.each(['leader', 'follower'] as const)(
    'are refused in the words of the server in the %s, if another tab has asked for one before',
    async (role) => {
      const { stage, a, b, refused } = await refusing()
      const [first, second] = role === 'leader' ? [b, a] : [a, b]
      first.sse.topic('secret').subscribe(() => {})
      await stage.run(100)
      second.sse.topic('secret').subscribe(() => {})
      const joined = expect(second.sse.topic('secret').joined()).rejects.toMatchObject(words('secret'))
      await stage.run(100)
      await joined
      expect(stage.posts).toHaveLength(1)
      expect(refused.map(([name]) => name).sort()).toEqual(['follower', 'leader'])
    },
  )

  it('are reported in each tab that wants them with a connection, and in no other', async () => {
    const { stage, a, b, refused } = await refusing(
      { sse: { topics: ['secret.a'] } },
      { sse: { topics: ['secret.b', 'b'] } },
    )
    expect(refused).toEqual([
      ['leader', 'secret.a'],
      ['follower', 'secret.b'],
    ])
    refused.length = 0
    stage.last.end('eof')
    await stage.run(5000)
    expect(refused.sort()).toEqual([
      ['follower', 'secret.b'],
      ['leader', 'secret.a'],
    ])
    await b.sse.topic('b').joined()
    await expect(a.sse.topic('secret.a').joined()).rejects.toMatchObject(words('secret.a'))
    await expect(b.sse.topic('secret.b').joined()).rejects.toMatchObject(words('secret.b'))
  })

  it('are reported to a tab that joins later', async () => {
    const { stage, a, refused } = await refusing()
    a.sse.topic('secret').subscribe(() => {})
    await stage.run(100)
    const c = stage.open({ sse: { topics: ['secret'], onTopicRefused: ({ topic }) => refused.push(['third', topic]) } })
    await stage.run(50)
    expect(refused).toEqual([
      ['leader', 'secret'],
      ['third', 'secret'],
    ])
    await expect(c.sse.topic('secret').joined()).rejects.toMatchObject(words('secret'))
  })

  it('are not reported again by changes of other tabs, nor when the page is hidden and shown', async () => {
    const { stage, a, b, refused } = await refusing({}, { sse: { topics: ['secret'] } })
    a.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    for (const visible of [false, true]) b.show(visible)
    await stage.run(100)
    expect(refused).toEqual([['follower', 'secret']])
    // Its own change asks for all its topics.
    b.sse.topic('jobs').subscribe(() => {})
    await stage.run(100)
    expect(refused).toEqual([
      ['follower', 'secret'],
      ['follower', 'secret'],
    ])
  })

  it('keep their words when the server later says nothing about them', async () => {
    const { stage, b } = await refusing()
    b.sse.topic('secret').subscribe(() => {})
    await stage.run(100)
    stage.last.event('subscribed', { rev: 1, topics: ['given'] })
    await stage.run(10)
    await expect(b.sse.topic('secret').joined()).rejects.toMatchObject(words('secret'))
  })

  it('are joined once the server grants them for a change of another tab', async () => {
    const { stage, a, b } = await refusing()
    b.sse.topic('secret').subscribe(() => {})
    await stage.run(100)
    stage.onPost = ({ rev, all }) => {
      stage.last.event('subscribed', { rev, topics: all })
      return new Response()
    }
    a.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    await b.sse.topic('secret').joined()
  })
})

it('a client with hub() hears no event that the server did not send, where the server does not introduce itself', async () => {
  const stage = createStage()
  stage.serve = (line) => line.greet()
  const names: string[] = []
  const a = stage.open()
  a.sse.subscribe('*', (_, { type }) => names.push(type))
  await stage.run(1100)
  const b = stage.open()
  await stage.run(1100)
  b.show(false)
  b.show(true)
  stage.publish(1)
  await stage.run(50)
  expect(names).toEqual(['n'])
})

describe('a leader that has left', () => {
  it.each(['disconnect', 'close'] as const)('does nothing when a POST is answered after %s()', async (leave) => {
    const [stage, a, b] = await pair()
    let answer = (_: Response): void => {}
    stage.onPost = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    a.sse[leave]()
    b.sse.close()
    await stage.run(100)
    answer(new Response())
    await stage.run(100)
    expect(stage.live).toEqual([])
  })

  // The POST's failure asks for a new try, whoever leads by then, and whether a line is wanted at all.
  it.each(['disconnect', 'close'] as const)('does nothing when a POST fails after %s()', async (leave) => {
    const [stage, a, b] = await pair()
    let answer = (_: Response): void => {}
    stage.onPost = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    a.sse[leave]()
    b.sse.close()
    await stage.run(100)
    expect(stage.live).toEqual([])
    answer(new Response(null, { status: 500 }))
    await stage.run(100)
    expect(a.status).toBe(leave === 'close' ? 'closed' : 'paused')
    expect(stage.live).toEqual([])
  })
})

describe('a leader that lost the lead while it was frozen', () => {
  it('passes on nothing of what its connection had buffered, not even to its own handlers', async () => {
    const [stage, a, b] = await pair()
    stage.publish(1)
    await stage.run(10)
    a.freeze()
    stage.publish(1)
    await stage.run(40_000)
    expect(b.role).toBe('leader')
    stage.publish(2)
    await stage.run(10)
    expect(b.heard).toEqual(range(1, 4))
    const { length } = stage.said
    a.thaw()
    await stage.run(500)
    expect(a.role).toBe('follower')
    expect([a.heard, b.heard]).toEqual([range(1, 4), range(1, 4)])
    const told = stage.said.slice(length).filter(({ from, message }) => from === a.name && message['kind'] === 'frames')
    expect(told).toEqual([])
  })
})
