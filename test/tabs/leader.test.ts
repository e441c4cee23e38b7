import { describe, expect, it } from 'vitest'
import { SSEError } from '../../src/errors.ts'
import { stagePage } from '../support/page.ts'
import { createStage, idOf, range, type Stage, type Tab, type TabOptions, URL } from './stage.ts'

async function group(...options: TabOptions[]): Promise<[Stage, ...Tab[]]> {
  const stage = createStage()
  const tabs: Tab[] = []
  for (const each of options) {
    tabs.push(stage.open(each))
    await stage.run(50)
  }
  return [stage, ...tabs]
}
const pair = async (first: TabOptions = {}, second: TabOptions = first): Promise<[Stage, Tab, Tab]> =>
  (await group(first, second)) as unknown as [Stage, Tab, Tab]

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

describe('taking over', () => {
  it('the first tab connects without waiting', async () => {
    const stage = createStage()
    stage.open()
    // Two locks, each granted after 2 ms, and a look at who is there.
    await stage.run(10)
    expect(stage.lines).toHaveLength(1)
  })

  it('waits for the others to say who they are, and not for one that is frozen', async () => {
    const [stage, a, b, c] = (await group({}, {}, {})) as unknown as [Stage, Tab, Tab, Tab]
    c.freeze()
    a.crash()
    await stage.run(190)
    expect(stage.lines).toHaveLength(1)
    await stage.run(30)
    expect(stage.lines.map(({ name }) => name)).toEqual([a.name, b.name])
  })

  it('is quick where all answer', async () => {
    const [stage, a] = await group({}, {}, {})
    a?.crash()
    await stage.run(15)
    expect(stage.lines).toHaveLength(2)
  })

  /**
   * A leader without a line for ever longer than its follower can follow: B stands at 3 and has heard nothing since; C joined at 6,
   * has heard all to 9, and takes over, as somebody sees it.
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

  it('takes the line up where the tab stands that is furthest behind, and nobody hears anything twice', async () => {
    const [stage, b, c] = await lagging()
    await stage.run(1000)
    expect(c.role).toBe('leader')
    expect(stage.lines.map(({ name, request }) => [name, request.lastEventId]).slice(1)).toEqual([[c.name, idOf(3)]])
    stage.publish(1)
    await stage.run(10)
    expect([b.heard, c.heard]).toEqual([range(1, 10), range(7, 10)])
  })

  // The leader's client, which is further on, resumes there; numbers go on as if nothing were missing in between.
  it('and loses nothing for that tab if the line breaks before all has come', async () => {
    const [stage, b, c] = await lagging()
    stage.script.push((line) => {
      line.sink.open()
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

describe('a server that wants to be left alone', () => {
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
    const [stage, a, b] = (await group({}, {}, {})) as unknown as [Stage, Tab, Tab]
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
  it('is left alone though a tab comes back that nobody sees', async () => {
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

  it('is asked at once if somebody says reconnect(), whichever tab it is', async () => {
    const [stage, a, b] = await pair()
    stage.last.end(busy(600_000))
    await stage.run(1000)
    b.sse.reconnect()
    await stage.run(50)
    expect(stage.lines.map(({ name }) => name)).toEqual([a.name, a.name])
    expect([a.status, b.status]).toEqual(['open', 'open'])
  })
})

describe('a line that is open', () => {
  it('and heard of stays though a follower reconnects', async () => {
    const [stage, , b] = await pair()
    stage.publish(1)
    await stage.run(5000)
    b.sse.reconnect()
    await stage.run(50)
    expect(b.status).toBe('open')
    expect(b.opened.at(-1)?.recovered).toBe(true)
    expect(stage.lines).toHaveLength(1)
  })

  it('and silent for more than ten seconds is replaced if a follower doubts it', async () => {
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

  it('is posted about only where somebody hears it', async () => {
    const [stage] = await group({})
    stage.publish(5)
    await stage.run(50)
    expect(stage.said.map(({ message }) => message['kind'])).not.toContain('frames')
  })

  it('what comes in one turn is one message', async () => {
    const [stage] = await pair()
    stage.publish(50)
    await stage.run(10)
    const frames = stage.said.filter(({ message }) => message['kind'] === 'frames')
    expect(frames.map(({ message }) => (message['list'] as unknown[]).length)).toEqual([50])
  })

  // A transport need not be silent when it has been closed, and the leader learns the server's name for it before it asks.
  it('is not confused by what an earlier line still says', async () => {
    const [stage, a, b] = await pair()
    const old = stage.last
    a.sse.reconnect()
    await stage.run(50)
    old.sink.heard()
    old.sink.event('connected', JSON.stringify({ v: 1, clientId: 'old' }), undefined)
    await stage.run(10)
    b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    expect(stage.posts.map(({ clientId }) => clientId)).toEqual([stage.last.clientId])
  })
})

describe('topics', () => {
  it('are asked for together', async () => {
    const [stage, a] = await pair({ sse: { topics: ['a', 'b'] } }, { sse: { topics: ['b', 'c'] } })
    expect(asked(stage)).toEqual(['a,b'])
    expect(stage.posts).toMatchObject([{ clientId: 'c1', add: ['c'], remove: [], all: ['a', 'b', 'c'] }])
    a?.sse.reconnect()
    await stage.run(50)
    expect(asked(stage)).toEqual(['a,b', 'a,b,c'])
  })

  it('each tab hears the events of its own, and what is for everybody', async () => {
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

  it('joined later, in a follower: one POST, and its subscribers hear the topic', async () => {
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

  it('joined later, in the leader: one POST', async () => {
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
    'that another tab has joined already are joined in the %s, too, without a POST',
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

  it('joined in two tabs at once are joined in both', async () => {
    const [stage, a, b] = await pair()
    const joined = [a, b].map((tab) => {
      tab.sse.topic('orders').subscribe(() => {})
      tab.sse.topic(tab.name).subscribe(() => {})
      return [outcome(tab.sse.topic('orders').joined()), outcome(tab.sse.topic(tab.name).joined())]
    })
    await stage.run(200)
    expect(joined.flat().map(({ value }) => value)).toEqual(['joined', 'joined', 'joined', 'joined'])
    expect(new Set(stage.posts.at(-1)?.all)).toEqual(new Set(['orders', a.name, b.name]))
    expect(stage.lines).toHaveLength(1)
  })

  it('that the server does not give are refused', async () => {
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

  it('that nobody wants any more are left, with another POST', async () => {
    const [stage, , b] = await pair()
    const off = b.sse.topic('orders').subscribe(() => {})
    await stage.run(100)
    off()
    await stage.run(1100)
    expect(stage.posts.slice(1)).toMatchObject([{ add: [], remove: ['orders'], all: [] }])
  })

  it.each<[string, (tab: Tab) => void]>([
    ['died', (tab) => tab.crash()],
    ['closed', (tab) => tab.sse.close()],
  ])('of a tab that %s are left, but for those that others want', async (_, leave) => {
    const [stage, , b] = await pair({ sse: { topics: ['shared'] } }, { sse: { topics: ['shared', 'own'] } })
    await stage.run(50)
    leave(b)
    await stage.run(50)
    expect(stage.posts.at(-1)).toMatchObject({ add: [], remove: ['own'], all: ['shared'] })
  })

  it('a POST that fails leads to a new request for all', async () => {
    const [stage, , b] = await pair()
    stage.onPost = () => new Response(null, { status: 404 })
    b.sse.topic('orders').subscribe(() => {})
    const joined = outcome(b.sse.topic('orders').joined())
    await stage.run(200)
    expect(asked(stage)).toEqual(['', 'orders'])
    expect(joined.value).toBe('joined')
    expect(stage.posts).toHaveLength(1)
  })

  it('a server that does not introduce itself takes a new request for one more, and none for one less', async () => {
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
  it('a change that the server never confirms does not keep a follower from its stream', async () => {
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
  it('a change that the server never confirms does not keep a new tab out', async () => {
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
  it('that the URL itself asks for are heard', async () => {
    const [stage, a, b] = await pair({ url: `${URL}?topics=orders` })
    stage.publish(1, 'orders')
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([[1], [1]])
  })
})

describe('a leader that has gone', () => {
  it.each(['disconnect', 'close'] as const)(
    'by %s() does nothing when a POST is answered after that',
    async (leave) => {
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
    },
  )

  // The POST's failure asks for a new try, whoever leads by then, and whether a line is wanted at all.
  it.each(['disconnect', 'close'] as const)('by %s() does nothing when a POST fails after that', async (leave) => {
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

describe('a leader that nobody sees', () => {
  it('yields to a tab that somebody sees after 30 s', async () => {
    const [stage, a, b] = await pair()
    a.show(false)
    await stage.run(29_900)
    expect(a.role).toBe('leader')
    await stage.run(500)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
    stage.publish(2)
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([range(1, 2), range(1, 2)])
    expect(stage.live).toHaveLength(1)
    for (const tab of [a, b]) expect(tab.states.map(({ status }) => status)).not.toContain('waiting')
  })

  it('stays while nobody sees any tab, and yields when somebody does', async () => {
    const [stage, a, b] = await pair({}, { visible: false })
    a.show(false)
    await stage.run(100_000)
    expect(a.role).toBe('leader')
    b.show(true)
    await stage.run(500)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
  })

  it('yields to a tab that is opened later', async () => {
    const [stage, a] = (await group({})) as unknown as [Stage, Tab]
    a.show(false)
    await stage.run(100_000)
    const b = stage.open()
    await stage.run(500)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
  })

  it('stays if it is seen again in time', async () => {
    const [stage, a, b] = await pair()
    a.show(false)
    await stage.run(20_000)
    a.show(true)
    await stage.run(20_000)
    a.show(false)
    await stage.run(20_000)
    expect([a.role, b.role]).toEqual(['leader', 'follower'])
  })

  it('does not yield to and fro', async () => {
    const [stage, a, b] = await pair()
    a.show(false)
    await stage.run(31_000)
    b.show(false)
    await stage.run(300_000)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
    expect(stage.lines).toHaveLength(2)
    expect(stage.said.filter(({ message }) => message['kind'] === 'yield')).toHaveLength(1)
  })

  it('may lead again as often as it is looked at: to yield is no failure', async () => {
    const [stage, a, b] = await pair()
    for (let n = 0; n < 4; n++) {
      const [seen, unseen] = n % 2 ? [a, b] : [b, a]
      unseen.show(false)
      seen.show(true)
      await stage.run(31_000)
      expect([seen.role, unseen.role]).toEqual(['leader', 'follower'])
    }
    expect(stage.live).toHaveLength(1)
  })
})

describe('a leader that was frozen, and from which the lead was taken', () => {
  it('passes on nothing of what its line had buffered, not even to its own handlers', async () => {
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
