import { eventSourceTransport, type Layer } from 'headwater'
import { createMockStream } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { recordSources } from '../support/event-sources.ts'
import { createStage, failed, gatherTwo, idOf, range, type Stage, type Tab, type TabOptions } from './stage.ts'

/** A server that does not introduce itself. */
async function vanilla(options: TabOptions = {}): Promise<[Stage, Tab, Tab]> {
  const stage = createStage()
  stage.serve = (line) => line.greet()
  const a = stage.open(options)
  await stage.run(1100)
  const b = stage.open(options)
  await stage.run(50)
  return [stage, a, b]
}

describe('a tab that joins', () => {
  it('starts at the head without a cursor', async () => {
    const [stage, a] = await gatherTwo()
    stage.publish(3)
    const c = stage.open()
    await stage.run(50)
    stage.publish(1)
    await stage.run(10)
    expect(a.heard).toEqual(range(1, 4))
    expect(c.heard).toEqual([4])
    expect(c.opened).toEqual([{ attempt: 0, recovered: false, clientId: expect.any(String) }])
    expect(c.gaps).toEqual([])
    expect(c.sse.lastEventId).toBe(idOf(4))
    expect(stage.lines).toHaveLength(1)
  })

  it('gets what it lacks first with a cursor', async () => {
    const [stage] = await gatherTwo()
    stage.publish(5)
    const c = stage.open({ sse: { lastEventId: idOf(2) } })
    await stage.run(50)
    stage.publish(1)
    await stage.run(10)
    expect(c.heard).toEqual(range(3, 6))
    expect(c.opened).toEqual([{ attempt: 0, recovered: true, clientId: expect.any(String) }])
    expect(stage.lines).toHaveLength(1)
  })

  it('is where the stream is, though nothing is published any more', async () => {
    const [stage] = await gatherTwo()
    stage.publish(5)
    const c = stage.open()
    await stage.run(50)
    expect(c.sse.lastEventId).toBe(idOf(5))
  })

  it('opens together with a leader that is still connecting', async () => {
    const stage = createStage()
    stage.serve = () => {}
    const [a, b] = [stage.open(), stage.open()]
    await stage.run(5000)
    expect([a.status, b.status]).toEqual(['connecting', 'connecting'])
    stage.last.accept()
    await stage.run(10)
    expect([a.status, b.status]).toEqual(['open', 'open'])
    expect(stage.lines).toHaveLength(1)
  })
})

describe('a tab that comes back', () => {
  it('gets what it lacks', async () => {
    const [stage, , b] = await gatherTwo()
    stage.publish(2)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(1500)
    await stage.run(10)
    b.sse.connect()
    await stage.run(10)
    expect(b.heard).toEqual(range(1, 1502))
    expect(b.opened.at(-1)).toEqual({ attempt: 0, recovered: true, clientId: expect.any(String) })
    expect(stage.lines).toHaveLength(1)
  })
})

describe('a server that does not introduce itself', () => {
  it('brings a tab that comes back what it lacks by ids, and leaves open whether that is all', async () => {
    const [stage, , b] = await vanilla()
    stage.last.event('n', 1, 'a')
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.last.event('n', 2, 'b')
    stage.last.event('n', 3, 'c')
    b.sse.connect()
    await stage.run(50)
    expect(b.heard).toEqual([1, 2, 3])
    expect(b.opened.at(-1)?.recovered).toBe('unknown')
    expect(stage.lines).toHaveLength(1)
  })

  it('leads to a gap, with ids, in a tab that is too far behind', async () => {
    const [stage, , b] = await vanilla()
    stage.last.event('n', 1, 'a')
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    for (const n of range(2, 4500)) stage.last.event('n', n, `id-${n}`)
    b.sse.connect()
    await stage.run(50)
    stage.last.event('n', 4501, 'last')
    await stage.run(10)
    expect(b.gaps).toMatchObject([{ reason: 'refused', requested: 'a' }])
    expect(b.heard).toEqual([1, 4501])
    expect(b.status).toBe('open')
    expect(stage.lines).toHaveLength(1)
  })

  it('brings a tab that comes back what it lacks without ids', async () => {
    const [stage, , b] = await vanilla()
    stage.last.event('n', 1)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.last.event('n', 2)
    b.sse.connect()
    await stage.run(50)
    stage.last.event('n', 3)
    await stage.run(10)
    expect(b.heard).toEqual([1, 2, 3])
  })

  // Its place is not given up with a cursor that it does not have: refused twice, it closes with 409.
  it('leads to a gap, without ids, in a tab that is too far behind, which goes on from the head', async () => {
    const [stage, , b] = await vanilla()
    stage.last.event('n', 1)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    for (const n of range(2, 4500)) stage.last.event('n', n)
    b.sse.connect()
    await stage.run(50)
    stage.last.event('n', 4501)
    await stage.run(10)
    expect(failed(b)).toBeNull()
    expect(b.gaps).toHaveLength(1)
    expect(b.heard).toEqual([1, 4501])
  })

  it.each(['as it comes', 'when it is brought up to date'])(
    'loses nothing, without ids, for a tab that leaves in the middle %s',
    async (when) => {
      const [stage, , b] = await vanilla()
      stage.last.event('n', 0)
      await stage.run(10)
      if (when !== 'as it comes') b.sse.disconnect()
      b.sse.subscribe('n', (data) => data === 3 && b.sse.disconnect())
      await stage.run(10)
      for (const n of range(1, 6)) stage.last.event('n', n)
      if (when !== 'as it comes') b.sse.connect()
      await stage.run(50)
      expect(b.heard).toEqual(range(0, 3))
      b.sse.connect()
      await stage.run(50)
      expect(b.heard).toEqual(range(0, 6))
    },
  )

  it('leads to a gap at each hand-over without ids', async () => {
    const [stage, a, b] = await vanilla()
    stage.last.event('n', 1)
    await stage.run(10)
    a.crash()
    await stage.run(1500)
    stage.last.event('n', 2)
    await stage.run(10)
    expect(b.gaps).toMatchObject([{ reason: 'no-id', certain: false }])
    expect(b.heard).toEqual([1, 2])
  })
})

describe('messages that are lost or cross each other', () => {
  const frames = (n: number, ...numbers: number[]): object => ({
    kind: 'frames',
    term: Number.MAX_SAFE_INTEGER,
    n,
    list: numbers.map((seq) => ['block', { type: 'n', data: `${seq}`, id: undefined }]),
  })
  /** A follower of a leader that the test plays. */
  async function follower(): Promise<{ stage: Stage; b: Tab; term: number; say(message: object): Promise<void> }> {
    const [stage, a, b] = await gatherTwo()
    stage.publish(2)
    await stage.run(10)
    const term = Number(stage.said.filter(({ message }) => message['kind'] === 'frames').at(-1)?.message['term'])
    a.freeze()
    stage.said.length = 0
    const say = async (message: object): Promise<void> => {
      stage.say({ term, ...message })
      await stage.run(2)
    }
    return { stage, b, term, say }
  }
  const hellos = (stage: Stage, tab: Tab): Record<string, unknown>[] =>
    stage.said
      .filter(({ from, message }) => from === tab.name && message['kind'] === 'hello')
      .map(({ message }) => message)

  it('bring no frame twice', async () => {
    const { b, term, say } = await follower()
    await say({ ...frames(3, 1, 2), term })
    await say({ ...frames(3, 1, 2, 3), term })
    expect(b.heard).toEqual([1, 2, 3])
  })

  it('lead to a question after a hole, and bring nothing after it before', async () => {
    const { stage, b, term, say } = await follower()
    await say({ ...frames(50, 9), term })
    expect(b.heard).toEqual([1, 2])
    const [hello] = hellos(stage, b) as { ask: number; at: { n: number }; from: string }[]
    expect(hello).toMatchObject({ kind: 'hello', at: { term, cursor: idOf(2) } })
    await say({ ...frames(51, 10), term })
    expect(hellos(stage, b)).toHaveLength(1)
    const n = hello?.at.n ?? 0
    const entries = [3, 9].map((seq, index) => ({
      term,
      n: n + 1 + index,
      frame: ['block', { type: 'n', data: `${seq}`, id: idOf(seq) }],
    }))
    await say({
      kind: 'welcome',
      to: hello?.from,
      ask: hello?.ask,
      n: n + 2,
      entries,
      cursor: idOf(9),
      intro: { v: 1 },
    })
    expect(b.heard).toEqual([1, 2, 3, 9])
    expect(b.opened).toHaveLength(1)
    await say({ ...frames(n + 3, 10), term })
    expect(b.heard).toEqual([1, 2, 3, 9, 10])
  })

  it('count only as an answer to the later of two hellos', async () => {
    const { stage, b, term, say } = await follower()
    await say({ ...frames(50, 9), term })
    b.show(false)
    b.show(true)
    const asks = hellos(stage, b) as { ask: number; at: { n: number }; from: string }[]
    expect(asks).toHaveLength(3)
    const answer = (ask: number | undefined, seq: number): object => ({
      kind: 'welcome',
      to: asks[0]?.from,
      ask,
      n: (asks[0]?.at.n ?? 0) + 1,
      entries: [{ term, n: (asks[0]?.at.n ?? 0) + 1, frame: ['block', { type: 'n', data: `${seq}`, id: idOf(seq) }] }],
      cursor: idOf(seq),
    })
    await say(answer(asks[0]?.ask, 7))
    await say(answer(asks[1]?.ask, 8))
    await say({ ...answer(asks[2]?.ask, 9), to: 'another' })
    expect(b.heard).toEqual([1, 2])
    await say(answer(asks[2]?.ask, 3))
    expect(b.heard).toEqual([1, 2, 3])
    await say(answer(asks[2]?.ask, 3))
    expect(b.heard).toEqual([1, 2, 3])
  })

  it('are ignored if they are of an earlier leader', async () => {
    const { b, term, say } = await follower()
    await say({ ...frames(3, 66), term: term - 1 })
    await say({ kind: 'state', term: term - 1, state: { status: 'closed', error: null } })
    await say({ kind: 'state', term: term - 1, state: { status: 'connecting', attempt: 0 } })
    expect(b.heard).toEqual([1, 2])
    expect(b.status).toBe('open')
  })

  it('count once the tab has asked a later leader', async () => {
    const { stage, b, term, say } = await follower()
    await say({ ...frames(3, 3), term: term + 1 })
    expect(b.heard).toEqual([1, 2])
    expect(hellos(stage, b)).toMatchObject([{ term: term + 1, at: { term } }])
  })
})

describe('a transport that must listen for each name', () => {
  function setup() {
    const stage = createStage()
    const server = createMockStream()
    const { EventSource, made, namesOf } = recordSources(server)
    return { stage, server, made, namesOf, carrier: eventSourceTransport({ EventSource }) }
  }

  it('listens for the names of all tabs', async () => {
    const { stage, server, made, namesOf, carrier } = setup()
    const a = stage.open({ tabs: { over: carrier } })
    await stage.run(10)
    const b = stage.open({ tabs: { over: carrier }, subscribe: false })
    const later: unknown[] = []
    b.sse.subscribe('from the start', (data) => later.push(data))
    await stage.run(1100)
    b.sse.subscribe('later', (data) => later.push(data))
    await stage.run(10)
    expect(made).toHaveLength(1)
    expect(namesOf(made[0])).toEqual(expect.arrayContaining(['n', 'from the start', 'later']))
    await server.send('from the start', 1)
    await server.send('later', 2)
    await server.send('n', 3)
    await stage.run(10)
    expect(later).toEqual([1, 2])
    expect(a.heard).toEqual([3])
    // A new line listens for all of it from the start.
    a.sse.reconnect()
    await stage.run(10)
    expect(namesOf(made[1])).toEqual(expect.arrayContaining(['n', 'from the start', 'later']))
  })

  // What a follower wants to hear of is passed on only where nothing but a URL can be sent.
  it('listens for the names of all tabs where it is a custom one', async () => {
    const stage = createStage()
    const names = new Set<string>()
    const over: Layer = (_, host) => {
      host.listen = (name) => names.add(name)
      return {
        connect(_, sink) {
          sink.open()
          return { close() {} }
        },
      }
    }
    stage.open({ tabs: { over } })
    await stage.run(1100)
    const b = stage.open({ tabs: { over } })
    b.sse.subscribe('more', () => {})
    await stage.run(50)
    expect([...names]).toContain('more')
  })

  // What was announced by a ping has no topic yet where frames are chosen by it.
  it('brings no tab events of topics that it has not joined', async () => {
    const { stage, server, carrier } = setup()
    const a = stage.open({ tabs: { over: carrier } })
    const b = stage.open({ tabs: { over: carrier }, sse: { topics: ['orders'] } })
    await stage.run(10)
    await server.send('connected', { v: 1, clientId: 'x', topics: ['orders'] }, { id: idOf(1) })
    await server.send('live', {}, { id: idOf(1) })
    await stage.run(10)
    await server.send('ping', { event: 'n', topic: 'orders' }, { id: idOf(1) })
    await server.send('n', 5, { id: idOf(2) })
    await stage.run(10)
    expect([a.role, a.heard, b.heard]).toEqual(['leader', [], [5]])
  })
})
