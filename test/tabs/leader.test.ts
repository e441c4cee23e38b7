// @vitest-environment page
import { SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { stagePage } from '../support/page.ts'
import { createStage, group, idOf, pair, range, type Stage, type Tab } from './stage.ts'

const busy = (retryAfter = 0): SSEError => new SSEError('http', 'busy', { status: 503, retryAfter })

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
