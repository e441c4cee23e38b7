import { eventSourceTransport, type Layer, SSEError } from 'headwater'
import { createMockStream } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { recordSources } from '../support/event-sources.ts'
import { createStage, failed, idOf, range, type Stage, type Tab, type TabOptions } from './stage.ts'

/** A leader and followers, all open. */
async function group(count: number, options: TabOptions = {}, beats = true): Promise<[Stage, Tab, ...Tab[]]> {
  const stage = createStage({ beats })
  const first = stage.open(options)
  await stage.run(50)
  const others = range(2, count).map(() => stage.open(options))
  await stage.run(50)
  return [stage, first, ...others]
}
const pair = async (options: TabOptions = {}, beats = true): Promise<[Stage, Tab, Tab]> =>
  (await group(2, options, beats)) as unknown as [Stage, Tab, Tab]

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

const probes = (stage: Stage): string[] =>
  stage.said.filter(({ message }) => message['kind'] === 'probe').map(({ from }) => from)
const waiting = (tab: Tab): unknown => {
  const state = tab.sse.state.get()
  if (state.status !== 'waiting') return state
  const { error, ...rest } = state
  return { ...rest, code: error.code, http: error.status, retryAfter: error.retryAfter }
}

describe('a tab that joins', () => {
  it('starts at the head without a cursor', async () => {
    const [stage, a] = await pair()
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
    const [stage] = await pair()
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
    const [stage] = await pair()
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
    const [stage, , b] = await pair()
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

  it('catches up over a connection of its own after too long, and goes on with the others', async () => {
    const [stage, a, b] = await pair()
    stage.publish(2)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(4500)
    b.sse.connect()
    await stage.run(50)
    expect(stage.lines.map(({ name, request }) => [name, request.lastEventId])).toEqual([
      [a.name, ''],
      [b.name, idOf(2)],
    ])
    expect(stage.live).toHaveLength(1)
    stage.publish(2)
    await stage.run(50)
    expect(b.heard).toEqual(range(1, 4504))
    expect(b.opened.at(-1)?.recovered).toBe(true)
    expect(b.gaps).toEqual([])
    expect(stage.locks.held.filter((name) => name.endsWith('|late'))).toEqual([])
  })

  it('waits while another tab catches up, so that there are never more than two connections', async () => {
    const [stage, , ...others] = await group(5)
    stage.publish(2)
    await stage.run(10)
    for (const tab of others) tab.sse.disconnect()
    await stage.run(10)
    stage.publish(4500)
    let most = 0
    stage.serve = (line) => {
      most = Math.max(most, stage.live.length)
      line.accept()
    }
    for (const tab of others) tab.sse.connect()
    await stage.run(100)
    stage.publish(1)
    await stage.run(10)
    expect(most).toBe(2)
    expect(stage.lines).toHaveLength(5)
    for (const tab of others) expect(tab.heard).toEqual(range(1, 4503))
    expect(stage.live).toHaveLength(1)
  })

  it('lets the next tab catch up if it leaves in the meantime', async () => {
    const [stage, , b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    stage.publish(2)
    await stage.run(10)
    for (const tab of [b, c]) tab.sse.disconnect()
    await stage.run(10)
    stage.publish(4500)
    stage.script.push(() => {})
    b.sse.connect()
    await stage.run(20)
    c.sse.connect()
    await stage.run(100)
    expect(c.status).toBe('connecting')
    b.sse.close()
    await stage.run(100)
    expect(c.heard).toEqual(range(1, 4502))
    expect(stage.live).toHaveLength(1)
  })

  it('gets the gap that the server reports on its own connection', async () => {
    const [stage, , b] = await pair()
    stage.publish(2)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(4500)
    stage.script.push((line) => {
      line.greet()
      line.event('connected', { v: 1, clientId: 'x', recovered: false }, idOf(4502))
      line.event('gap', { reason: 'expired', requested: idOf(2), resumedFrom: idOf(4502) })
      line.event('live', {})
    })
    b.sse.connect()
    await stage.run(50)
    stage.publish(1)
    await stage.run(10)
    expect(b.gaps).toMatchObject([{ reason: 'expired' }])
    expect(b.opened.at(-1)?.recovered).toBe(false)
    expect(b.heard).toEqual([1, 2, 4503])
  })

  it('waits and tries again if its own connection fails', async () => {
    const [stage, , b] = await pair()
    stage.publish(2)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(4500)
    stage.script.push((line) => line.end(new SSEError('network', 'gone')))
    b.sse.connect()
    await stage.run(50)
    expect(waiting(b)).toMatchObject({ status: 'waiting', attempt: 1, code: 'network' })
    await stage.run(2000)
    expect(b.heard).toEqual(range(1, 4502))
    expect(stage.live).toHaveLength(1)
  })

  // What `connect` throws ends up in the lock's request, where nobody hears of it.
  it('waits if its own connection throws', async () => {
    const [stage, , b] = await pair()
    stage.publish(2)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(4500)
    stage.throwing = true
    b.sse.connect()
    await stage.run(50)
    expect(b.status).toBe('waiting')
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

describe("the leader's state", () => {
  it('is shown with the same error while it waits, until then and not later', async () => {
    const [stage, a, b] = await pair()
    stage.last.end(new SSEError('http', 'busy', { status: 503, retryAfter: 7000 }))
    await stage.run(10)
    expect(waiting(a)).toMatchObject({ attempt: 1, code: 'http', http: 503, retryAfter: 7000 })
    expect(waiting(b)).toEqual(waiting(a))
    expect(failed(b)).toBeInstanceOf(SSEError)
    await stage.run(20_000)
    expect([a.status, b.status]).toEqual(['open', 'open'])
    expect(stage.lines).toHaveLength(2)
    expect(stage.live).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['403', new SSEError('http', 'no', { status: 403 })],
    ['204', 'stop'],
  ])('closes all tabs after %s, without another request', async (_, reason) => {
    const [stage, a, b] = await pair()
    stage.last.end(reason)
    await stage.run(60_000)
    expect([a.status, b.status]).toEqual(['closed', 'closed'])
    expect(failed(b)?.status).toBe((reason as SSEError).status)
    expect(failed(b) === null).toBe(failed(a) === null)
    expect(stage.lines).toHaveLength(1)
  })

  it('has each of the others try once more after gave-up', async () => {
    const [stage, a, b] = await pair({ sse: { retry: { attempts: 2, resetAfter: Infinity } } })
    stage.serve = (line) => line.end(new SSEError('network', 'gone'))
    stage.last.end('eof')
    await stage.run(60_000)
    expect([failed(a)?.code, failed(b)?.code]).toEqual(['gave-up', 'gave-up'])
    expect(stage.lines).toHaveLength(4)
  })

  it('closes no tab after gave-up that has a good connection, as a page that is left sees its own break first', async () => {
    const [stage, a, b] = await pair({ sse: { retry: { attempts: 0 } } })
    stage.last.end('eof')
    await stage.run(60)
    expect([failed(a)?.code, b.status, b.role]).toEqual(['gave-up', 'open', 'leader'])
  })

  // The lock of the tab that closed may be granted before its last word arrives, which is then of an earlier term.
  it('closes all tabs, however fast the lock is passed on', async () => {
    const stage = createStage({ grant: 0 })
    const a = stage.open()
    const b = stage.open()
    await stage.run(50)
    stage.last.end(new SSEError('http', 'no', { status: 403 }))
    await stage.run(1000)
    expect([a.status, b.status]).toEqual(['closed', 'closed'])
  })

  it('has each tab try its own credentials after unauthorized, one after the other', async () => {
    const asked: string[] = []
    const [stage, a, b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    stage.serve = (line) => {
      asked.push(line.name)
      if (line.name === c.name) line.accept()
      else line.end(new SSEError('unauthorized', 'who?', { status: 401 }))
    }
    stage.last.end(new SSEError('unauthorized', 'who?', { status: 401 }))
    await stage.run(1000)
    expect(asked).toEqual([b.name, c.name])
    expect([a.status, b.status, c.status]).toEqual(['closed', 'closed', 'open'])
    expect(c.role).toBe('leader')
  })

  it.each<[string, (tab: Tab) => void]>([
    ['close()', (tab) => tab.sse.close()],
    ['disconnect()', (tab) => tab.sse.disconnect()],
    ['a crash', (tab) => tab.crash()],
  ])('lets the next tab lead after %s, and no failure is counted', async (_, leave) => {
    const [stage, a, b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    stage.publish(2)
    leave(a)
    stage.publish(2)
    await stage.run(500)
    stage.publish(1)
    await stage.run(10)
    expect([b.role, c.role]).toEqual(['leader', 'follower'])
    for (const tab of [b, c]) {
      expect(tab.states.map(({ status }) => status)).not.toContain('waiting')
      expect(tab.opened.at(-1)).toEqual({ attempt: 0, recovered: true, clientId: expect.any(String) })
      expect(tab.heard).toEqual(range(1, 5))
    }
    expect(stage.live).toHaveLength(1)
  })

  it('lets the next tab lead when it has no subscriber any more', async () => {
    const stage = createStage()
    const a = stage.open({ subscribe: false })
    const off = a.sse.subscribe('n', () => {})
    await stage.run(50)
    const b = stage.open()
    await stage.run(50)
    off()
    await stage.run(1100)
    expect([a.status, b.status, b.role]).toEqual(['idle', 'open', 'leader'])
    expect(b.states.map(({ status }) => status)).not.toContain('waiting')
  })

  // To a client that sent no cursor, 410 says that there is no such stream.
  it('closes no tab without a cursor when a cursor is refused with 410', async () => {
    const stage = createStage()
    stage.serve = () => {}
    const a = stage.open({ sse: { lastEventId: idOf(5) } })
    await stage.run(50)
    const b = stage.open()
    await stage.run(50)
    stage.serve = (line) => line.accept()
    stage.last.end(new SSEError('http', 'gone', { status: 410 }))
    await stage.run(3000)
    expect(a.gaps).toMatchObject([{ reason: 'refused' }])
    expect([a.status, b.status]).toEqual(['open', 'open'])
  })

  it('brings a gap to all tabs', async () => {
    const [stage, a, b] = await pair()
    stage.last.event('gap', { reason: 'overflow', resumedFrom: idOf(9) })
    stage.last.sink.gap({ reason: 'too-large' })
    await stage.run(10)
    expect(a.gaps).toMatchObject([{ reason: 'overflow' }, { reason: 'too-large' }])
    expect(b.gaps).toEqual(a.gaps)
  })

  // A reconnect is answered from the leader's backlog, which has it that nothing is lacking, whatever the server said.
  it('tells all tabs that the stream does not go on where it stopped', async () => {
    const [stage, a, b] = await pair()
    stage.publish(3)
    await stage.run(10)
    stage.script.push((line) => line.accept({ recovered: false }))
    stage.last.end('eof')
    await stage.run(5000)
    expect(a.opened.at(-1)?.recovered).toBe(false)
    expect(b.opened.at(-1)?.recovered).toBe(false)
  })

  // The leader's client drops its cursor and says so; the others are told that they have all.
  it('brings a gap to all tabs when the server refuses the cursor', async () => {
    const [stage, a, b] = await pair()
    stage.publish(3)
    await stage.run(10)
    stage.script.push((line) => line.end(new SSEError('http', 'gone', { status: 409 })))
    stage.last.end('eof')
    stage.publish(3)
    await stage.run(5000)
    expect(a.gaps).toHaveLength(1)
    expect(b.gaps).toHaveLength(1)
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
    const [stage, a, b] = await pair()
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
      intro: '{"v":1}',
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
    expect(hellos(stage, b)).toMatchObject([{ to: term + 1, at: { term } }])
  })
})

describe('a leader that is silent', () => {
  /** A tab that somebody looks at has taken the lead by then. */
  const TAKEN = 36_500

  it('is asked twice, three seconds apart, and replaced after three more', async () => {
    const [stage, a, b] = await pair()
    a.freeze()
    const asked: number[] = []
    for (let n = 0; n < TAKEN / 100; n++) {
      await stage.run(100)
      if (probes(stage).length > asked.length) asked.push(n * 100)
      if (asked.length === 2 && n * 100 < (asked[1] ?? 0) + 3000) expect(b.role).toBe('follower')
    }
    const [first = 0] = asked
    expect(first).toBeGreaterThan(14_800)
    expect(asked).toEqual([first, first + 3000])
    expect([b.role, b.status]).toEqual(['leader', 'open'])
    stage.publish(2)
    await stage.run(10)
    expect(b.heard).toEqual([1, 2])
  })

  // The timer is set anew for 15 s from whenever it finds that there was no silence, not from when something was heard.
  it.each([0, 8000, 14_000])('is asked after 15 s, if it fell silent %s ms after the tab joined', async (ms) => {
    const [stage, a, b] = await pair()
    await stage.run(ms)
    stage.publish(1)
    await stage.run(10)
    a.freeze()
    await stage.run(15_000)
    expect(probes(stage)).toEqual([b.name])
  })

  it('is not asked before it is silent', async () => {
    const [stage] = await pair()
    for (let n = 0; n < 20; n++) {
      stage.publish(1)
      await stage.run(7000)
    }
    expect(probes(stage)).toEqual([])
  })

  it('stays the leader if it answers', async () => {
    const [stage, a, b] = await pair({ sse: { heartbeat: false } }, false)
    await stage.run(200_000)
    expect(probes(stage).length).toBeGreaterThan(5)
    expect([a.role, b.role]).toEqual(['leader', 'follower'])
    expect(stage.lines).toHaveLength(1)
  })

  it('is not asked by a hidden tab', async () => {
    const stage = createStage()
    const a = stage.open({ sse: { heartbeat: false } })
    const b = stage.open({ visible: false, sse: { heartbeat: false } })
    await stage.run(50)
    a.freeze()
    await stage.run(300_000)
    expect(probes(stage)).toEqual([])
    expect(b.role).toBe('follower')
    b.show(true)
    await stage.run(TAKEN + 15_000)
    expect(b.role).toBe('leader')
  })

  it('is not asked by a tab that has slept itself', async () => {
    const [stage, , b] = await pair({ sse: { heartbeat: false } })
    await stage.run(10_000)
    await stage.clock.sleep(100_000)
    expect(probes(stage)).toEqual([])
    expect(b.role).toBe('follower')
  })

  // When it was last heard of lies ahead then, and until that time has come again there is no silence.
  it('is replaced though the clock has been set back', async () => {
    const [stage, a, b] = await pair({ sse: { heartbeat: false } })
    a.freeze()
    stage.shift(-3_600_000)
    await stage.run(2 * TAKEN)
    expect(b.role).toBe('leader')
  })

  it('is replaced by one tab, though more notice', async () => {
    const [stage, a, ...others] = await group(4)
    a.freeze()
    await stage.run(TAKEN + 1000)
    expect(others.filter(({ role }) => role === 'leader')).toHaveLength(1)
    expect(others.map(({ status }) => status)).toEqual(['open', 'open', 'open'])
    expect(new Set(stage.lines.slice(1).map(({ name }) => name)).size).toBe(1)
  })

  it('follows when it is back, gets what it missed, and does not take the lead again', async () => {
    const [stage, a, b] = await pair()
    a.freeze()
    await stage.run(TAKEN + 100)
    stage.publish(3)
    // Its own line has buffered all of that, too.
    a.thaw()
    await stage.run(100)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
    stage.publish(1)
    await stage.run(10)
    expect([a.heard, b.heard]).toEqual([range(1, 4), range(1, 4)])
    expect(stage.live).toHaveLength(1)
  })

  it('is replaced at most once in half a minute', async () => {
    const [stage, a, b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    a.freeze()
    c.show(false)
    await stage.run(TAKEN + 100)
    expect(b.role).toBe('leader')
    b.freeze()
    // C has taken no lead yet; what B did does not bind it.
    c.show(true)
    await stage.run(TAKEN + 15_000)
    expect(c.role).toBe('leader')
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
    await stage.run(10)
    await server.send('connected', { v: 1, clientId: 'x', topics: ['orders'] }, { id: idOf(1) })
    await server.send('ping', { event: 'n', topic: 'orders' }, { id: idOf(1) })
    await server.send('n', 5, { id: idOf(2) })
    await stage.run(10)
    expect(a.heard).toEqual([])
  })
})
