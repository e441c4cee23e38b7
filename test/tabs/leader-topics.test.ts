import { describe, expect, it } from 'vitest'
import { createStage, pair, range, type Stage, type Tab, type TabOptions, URL } from './stage.ts'

const asked = (stage: Stage): string[] =>
  stage.lines.map(({ request }) => new globalThis.URL(request.url).searchParams.get('topics') ?? '')

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

describe('a topic that the server joins by itself', () => {
  /** A leader that has asked for a topic, and a follower that has asked for none. The server joins them to another topic. */
  async function given(): Promise<[Stage, Tab, Tab]> {
    const [stage, a, b] = await pair({ sse: { topics: ['orders'] } }, {})
    stage.last.event('subscribed', { rev: 0, topics: ['orders', 'given'] })
    await stage.run(10)
    return [stage, a, b]
  }

  it('brings its events to all tabs, as to a tab that has a connection of its own', async () => {
    const [stage, a, b] = await given()
    const topics: unknown[] = []
    b.sse.subscribe('n', (_, { topic }) => topics.push(topic))
    stage.publish(1, 'given')
    stage.publish(1, 'orders')
    stage.publish(1, 'given')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([
      [1, 2, 3],
      [1, 3],
    ])
    expect(topics).toEqual(['given', 'given'])
    expect(stage.posts).toEqual([])
  })

  it('brings its events to tabs that come back, and to tabs of the next leader', async () => {
    const [stage, a, b] = await given()
    stage.publish(1, 'given')
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(1, 'given')
    stage.publish(1, 'orders')
    b.sse.connect()
    await stage.run(50)
    expect(b.heard).toEqual([1, 2])
    const c = stage.open()
    await stage.run(50)
    a.sse.close()
    await stage.run(50)
    stage.publish(1, 'given')
    await stage.run(10)
    expect([b.heard, c.heard]).toEqual([[1, 2, 4], [4]])
  })

  it('brings its events only to the tabs that have asked for it, if one has', async () => {
    const [stage, a, b] = await given()
    a.sse.topic('given').subscribe(() => {})
    await stage.run(100)
    stage.publish(1, 'given')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([[1], []])
  })

  it('is not one that the tabs are about to leave', async () => {
    const stage = createStage()
    const a = stage.open()
    const b = stage.open({ sse: { topics: ['shared'], linger: 0 } })
    const c = stage.open({ sse: { linger: 0 } })
    await stage.run(50)
    const offs = [b.sse.topic('orders').subscribe(() => {}), c.sse.topic('jobs').subscribe(() => {})]
    await stage.run(100)
    // The server does not answer: what it has published to these topics is still on its way.
    stage.onPost = () => new Response()
    for (const off of offs) {
      off()
      await stage.run(30)
    }
    expect(stage.posts.at(-1)?.all).toEqual(['shared'])
    stage.publish(1, 'orders')
    stage.publish(1, 'jobs')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([[], []])
    stage.last.event('subscribed', { rev: 9, topics: ['shared', 'jobs'] })
    stage.publish(1, 'jobs')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([[3], [3]])
  })
})

it('joined() of a topic that another tab has joined waits until the events reach this tab, too', async () => {
  const [stage, , b] = await pair({ sse: { topics: ['orders'] } }, {})
  await stage.run(50)
  b.sse.topic('orders').subscribe(() => {})
  const joined = b.sse
    .topic('orders')
    .joined()
    .then(() => stage.publish(1, 'orders'))
  await stage.run(100)
  await joined
  await stage.run(10)
  expect(b.heard).toEqual([1])
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
