import { type Layer, SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { createStage, range, type Stage, type Tab, type TabOptions } from './stage.ts'

async function group(count: number, options: TabOptions = {}): Promise<[Stage, ...Tab[]]> {
  const stage = createStage()
  const tabs = range(1, count).map(() => stage.open(options))
  await stage.run(50)
  return [stage, ...tabs]
}
const pair = async (options: TabOptions = {}): Promise<[Stage, Tab, Tab]> =>
  (await group(2, options)) as unknown as [Stage, Tab, Tab]

/** Long enough for a visible tab to take the lead from one that does not answer. */
const TAKEN = 37_000

describe('tabs', () => {
  it('have one leader and one connection if they open together', async () => {
    const [stage, ...tabs] = await group(8)
    expect(tabs.map(({ role }) => role)).toEqual(['leader', ...range(2, 8).map(() => 'follower')])
    expect(tabs.map(({ status }) => status)).toEqual(range(1, 8).map(() => 'open'))
    expect(stage.lines).toHaveLength(1)
  })

  it('lead in the order in which they came', async () => {
    const [stage, ...tabs] = await group(4)
    for (const tab of tabs) {
      expect(tab.role).toBe('leader')
      tab.sse.close()
      await stage.run(50)
    }
  })

  it('stand at the end of the queue when they come back', async () => {
    const [stage, a, b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    a.sse.disconnect()
    await stage.run(50)
    a.sse.connect()
    await stage.run(50)
    b.sse.disconnect()
    await stage.run(50)
    expect([a.role, b.role, c.role]).toEqual(['follower', 'alone', 'leader'])
  })

  it('hear every event once while tabs come and go', async () => {
    const [stage, a, b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    for (const tab of [a, b, c, a, b, c]) {
      stage.publish(2)
      tab.sse.disconnect()
      stage.publish(1)
      await stage.run(7)
      stage.publish(1)
      tab.sse.connect()
      await stage.run(200)
    }
    for (const tab of [a, b, c]) expect(tab.heard).toEqual(range(1, 24))
  })
})

it('a tab that comes back has another name, so that a leader does not take it for the one that left', async () => {
  const [stage, , b] = await pair()
  const own = (): string[] => stage.locks.held.filter((name) => name.split(':').length > 3)
  const before = own()
  b.sse.disconnect()
  await stage.run(10)
  b.sse.connect()
  await stage.run(50)
  expect(own()).toHaveLength(2)
  expect(own().filter((name) => before.includes(name))).toHaveLength(1)
})

describe('an attempt', () => {
  it('may be ended by the transport before it has returned', async () => {
    const stage = createStage()
    const tries: number[] = []
    const over: Layer = () => ({
      connect(_, sink) {
        tries.push(stage.clock.now())
        if (tries.length < 3) sink.end(new SSEError('network', 'gone'))
        else sink.open()
        return { close() {} }
      },
    })
    const a = stage.open({ tabs: { over } })
    await stage.run(10_000)
    expect(tries).toHaveLength(3)
    expect(a.status).toBe('open')
  })

  it('counts for all tabs as a failure if it throws', async () => {
    const [stage, a, b] = await pair()
    stage.throwing = true
    stage.last.end('eof')
    await stage.run(20_000)
    expect([a.status, b.status]).toEqual(['waiting', 'waiting'])
    stage.throwing = false
    await stage.run(60_000)
    expect([a.status, b.status]).toEqual(['open', 'open'])
  })

  it('may be closed twice, and is not heard after that', async () => {
    const [stage, a, b] = await pair()
    const line = stage.last
    a.sse.reconnect()
    a.sse.reconnect()
    b.sse.reconnect()
    b.sse.reconnect()
    await stage.run(50)
    line.sink.heard()
    line.sink.block({ type: 'n', data: '99', id: 'zzz' })
    line.sink.retry(1)
    line.sink.comment('')
    line.sink.gap({ reason: 'too-large' })
    line.sink.end('stop')
    stage.publish(2)
    await stage.run(50)
    expect([a.heard, b.heard]).toEqual([range(1, 2), range(1, 2)])
    expect([a.gaps, b.gaps]).toEqual([[], []])
    expect(stage.live).toHaveLength(1)
  })

  it('asks for headers once where the tab need not lead', async () => {
    const stage = createStage()
    stage.open({ tabs: { key: 'k' } })
    await stage.run(50)
    let asked = 0
    stage.open({
      tabs: { key: 'k' },
      sse: {
        headers: () => {
          asked++
          return {}
        },
      },
    })
    await stage.run(50)
    expect(asked).toBe(1)
  })
})

describe('a tab that takes the lead from one that hangs', () => {
  it('takes it at most once in half a minute', async () => {
    const [stage, a, b] = await pair()
    a.freeze()
    await stage.run(TAKEN)
    expect(b.role).toBe('leader')
    const c = stage.open()
    await stage.run(50)
    // C takes it from B, which does not take it back.
    b.freeze()
    await stage.run(TAKEN)
    expect(c.role).toBe('leader')
    b.thaw()
    await stage.run(100)
    expect([b.role, c.role]).toEqual(['follower', 'leader'])
    c.freeze()
    const lost = stage.clock.now()
    await stage.run(2 * TAKEN)
    expect(b.role).toBe('leader')
    expect(stage.clock.now() - lost).toBeGreaterThan(30_000)
  })

  it('has a connection of its own after three times in ten minutes, for good', async () => {
    const [stage, a, b] = await pair()
    // Each freezes in turn while it leads, as a wedged one does.
    for (let n = 0; n < 8; n++) {
      const leader = [a, b].find(({ role }) => role === 'leader')
      if (!leader) break
      leader.freeze()
      await stage.run(2 * TAKEN)
      leader.thaw()
      await stage.run(1000)
    }
    expect([a.role, b.role]).toContain('alone')
    stage.publish(3)
    await stage.run(100)
    expect([a.heard, b.heard]).toEqual([range(1, 3), range(1, 3)])
  })

  it('lets a leader lead that answers after all', async () => {
    const [stage, a, b] = await pair()
    a.freeze()
    await stage.run(20_000)
    a.thaw()
    await stage.run(TAKEN)
    expect([a.role, b.role]).toEqual(['leader', 'follower'])
    expect(stage.lines).toHaveLength(1)
  })

  // A's lock was granted to the frozen leader, which waited for it, and is not let go of: A never has it back. Whoever looks
  // who holds what then finds that A does not lead.
  it('leads on though it left and came back in the meantime', async () => {
    const [stage, a, b] = await pair({ sse: { heartbeat: false } })
    a.freeze()
    b.sse.disconnect()
    await stage.run(10)
    b.sse.connect()
    await stage.run(60_000)
    expect(b.role).toBe('leader')
    const { length } = stage.lines
    for (const _ of range(1, 5)) {
      await stage.run(4000)
      stage.publish(1)
    }
    await stage.run(100)
    expect(stage.lines).toHaveLength(length)
    expect(b.heard).toEqual(range(1, 5))
  })
})

describe('a clock that is set back', () => {
  it('keeps no tab from leading', async () => {
    const [stage, a, b, c] = (await group(3)) as unknown as [Stage, Tab, Tab, Tab]
    stage.shift(-3_600_000)
    a.crash()
    await stage.run(500)
    stage.publish(2)
    await stage.run(50)
    expect([b.role, c.role]).toEqual(['leader', 'follower'])
    expect([b.heard, c.heard]).toEqual([range(1, 2), range(1, 2)])
  })

  // The new tab does not know how far terms have got, and what it says is of an earlier one to the others.
  it('does not silence a leader that has heard no other leader', async () => {
    const [stage, a, b] = await pair({ visible: false })
    a.freeze()
    stage.shift(-3_600_000)
    const c = stage.open()
    await stage.run(TAKEN + 20_000)
    expect(c.role).toBe('leader')
    stage.publish(2)
    await stage.run(100)
    expect(b.heard).toEqual([1, 2])
  })
})

describe('a message of another script on the channel', () => {
  it.each<[string, unknown]>([
    ['an unknown kind', { kind: 'nonsense' }],
    ['nothing known', {}],
    ['a list', []],
    ['frames of no leader', { kind: 'frames', list: [] }],
  ])('a message of another script with %s changes nothing', async (_, message) => {
    const [stage, a, b] = await pair()
    stage.say(message)
    stage.publish(2)
    await stage.run(50)
    expect([a.heard, b.heard]).toEqual([range(1, 2), range(1, 2)])
    expect(stage.complaints).toEqual([])
  })
})
