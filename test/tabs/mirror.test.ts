import { type ConnectionState, SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { plain } from '../../src/tabs/message.ts'
import { mirror } from '../../src/tabs/mirror.ts'
import { type Attempt, createTab, type TabContext } from '../../src/tabs/tab.ts'
import { fakeHost } from '../support/host.ts'
import { createStage, failed, group, idOf, pair, range, type Stage, type Tab, waiting } from './stage.ts'

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
    const [stage, a, b, c] = (await group({}, {}, {})) as [Stage, Tab, Tab, Tab]
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
    const [stage, a, b, c] = (await group({}, {}, {})) as [Stage, Tab, Tab, Tab]
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

describe('mirror()', () => {
  const error = new SSEError('http', 'busy', { status: 503, retryAfter: 7000 })
  const waitingUntil = (until: number): ConnectionState => ({ status: 'waiting', attempt: 2, until, error })

  /** One of each kind of state. */
  const OWN = {
    connecting: { status: 'connecting', attempt: 0 },
    open: { status: 'open', since: 0, attempt: 0 },
    'waiting until then': waitingUntil(900),
    'waiting until another time': waitingUntil(500),
    idle: { status: 'idle' },
    paused: { status: 'paused', reasons: ['manual'] },
    closed: { status: 'closed', error: null },
  } as const satisfies Record<string, ConnectionState>
  const LEADERS = {
    connecting: { status: 'connecting', attempt: 1 },
    open: { status: 'open', since: 0, attempt: 1 },
    waiting: waitingUntil(900),
  } as const satisfies Record<string, ConnectionState>

  type Expected = 'wait' | 'reconnect' | 'hello' | 'nothing'

  // Total, for a tab that does not get the leader's frames. A client that does not want a connection makes none.
  const TABLE: Record<keyof typeof LEADERS, Record<keyof typeof OWN, Expected>> = {
    connecting: {
      connecting: 'nothing',
      open: 'reconnect',
      'waiting until then': 'reconnect',
      'waiting until another time': 'reconnect',
      idle: 'nothing',
      paused: 'nothing',
      closed: 'nothing',
    },
    open: {
      connecting: 'hello',
      open: 'hello',
      'waiting until then': 'reconnect',
      'waiting until another time': 'reconnect',
      idle: 'hello',
      paused: 'hello',
      closed: 'hello',
    },
    waiting: {
      connecting: 'wait',
      open: 'wait',
      'waiting until then': 'nothing',
      'waiting until another time': 'wait',
      idle: 'wait',
      paused: 'wait',
      closed: 'wait',
    },
  }

  function setup(own: ConnectionState, attempt: Partial<Attempt> = {}) {
    const host = fakeHost(own, { clock: createClock() })
    const tab = Object.assign(createTab({ _host: host } as TabContext), { _attempt: attempt as Attempt })
    const hello = vi.fn()
    const done = (): Expected[] => [
      ...vi.mocked(host.wait).mock.calls.map(() => 'wait' as const),
      ...vi.mocked(host.reconnect).mock.calls.map(() => 'reconnect' as const),
      ...hello.mock.calls.map(() => 'hello' as const),
    ]
    return { tab, host, hello, done }
  }

  const CASES = Object.entries(TABLE).flatMap(([leader, row]) =>
    Object.entries(row).map(([own, expected]) => [leader, own, expected] as const),
  )

  it.each(CASES)('while the leader is %s, a client that is %s does: %s', (leader, own, expected) => {
    const { tab, hello, done } = setup(OWN[own as keyof typeof OWN])
    mirror(tab, plain(LEADERS[leader as keyof typeof LEADERS]), hello)
    expect(done()).toEqual(expected === 'nothing' ? [] : [expected])
    expect(tab._waitsUntil).toBe(leader === 'waiting' ? 900 : 0)
  })

  it('asks for nothing while the tab gets the frames of the leader', () => {
    const { tab, hello, done } = setup(OWN.open, { _isLive: true })
    mirror(tab, plain(LEADERS.open), hello)
    expect(done()).toEqual([])
  })

  it('has the client wait as that of the leader does, for the same error', () => {
    const { tab, host, hello } = setup(OWN.open)
    mirror(tab, structuredClone(plain(LEADERS.waiting)), hello)
    const { attempt, until, error } = vi.mocked(host.wait).mock.calls[0]?.[0] ?? {}
    expect([attempt, until]).toEqual([2, 900])
    expect(error).toBeInstanceOf(SSEError)
    expect(error).toMatchObject({ code: 'http', message: 'busy', status: 503, retryAfter: 7000 })
  })

  it('leaves the connection that catches up when the leader waits', () => {
    const close = vi.fn()
    const { tab, hello } = setup(OWN.open, { _link: { close } })
    mirror(tab, plain(LEADERS.waiting), hello)
    expect(close).toHaveBeenCalledOnce()
  })
})
