import { describe, expect, it } from 'vitest'
import { createStage, gather, gatherTwo, range, type Stage, type Tab } from './stage.ts'

/** The tabs that have asked the leader whether it is there. */
const probes = (stage: Stage): string[] =>
  stage.said.filter(({ message }) => message['kind'] === 'probe').map(({ from }) => from)

describe('a leader that is silent', () => {
  /** A tab that somebody looks at has taken the lead by then. */
  const TAKEN = 36_500

  it('is asked twice, three seconds apart, and replaced after three more', async () => {
    const [stage, a, b] = await gatherTwo()
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
    const [stage, a, b] = await gatherTwo()
    await stage.run(ms)
    stage.publish(1)
    await stage.run(10)
    a.freeze()
    await stage.run(15_000)
    expect(probes(stage)).toEqual([b.name])
  })

  it('is not asked before it is silent', async () => {
    const [stage] = await gatherTwo()
    for (let n = 0; n < 20; n++) {
      stage.publish(1)
      await stage.run(7000)
    }
    expect(probes(stage)).toEqual([])
  })

  it('stays the leader if it answers', async () => {
    const [stage, a, b] = await gatherTwo({ sse: { heartbeat: false } }, false)
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
    const [stage, , b] = await gatherTwo({ sse: { heartbeat: false } })
    await stage.run(10_000)
    await stage.clock.sleep(100_000)
    expect(probes(stage)).toEqual([])
    expect(b.role).toBe('follower')
  })

  // When it was last heard of lies ahead then, and until that time has come again there is no silence.
  it('is replaced though the clock has been set back', async () => {
    const [stage, a, b] = await gatherTwo({ sse: { heartbeat: false } })
    a.freeze()
    stage.shift(-3_600_000)
    await stage.run(2 * TAKEN)
    expect(b.role).toBe('leader')
  })

  it('is replaced by one tab, though more notice', async () => {
    const [stage, a, ...others] = await gather(4)
    a.freeze()
    await stage.run(TAKEN + 1000)
    expect(others.filter(({ role }) => role === 'leader')).toHaveLength(1)
    expect(others.map(({ status }) => status)).toEqual(['open', 'open', 'open'])
    expect(new Set(stage.lines.slice(1).map(({ name }) => name)).size).toBe(1)
  })

  it('follows when it is back, gets what it missed, and does not take the lead again', async () => {
    const [stage, a, b] = await gatherTwo()
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
    const [stage, a, b, c] = (await gather(3)) as unknown as [Stage, Tab, Tab, Tab]
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
