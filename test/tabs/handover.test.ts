import { describe, expect, it } from 'vitest'
import { group, pair, range, type Stage, type Tab } from './stage.ts'

describe('a hidden leader', () => {
  it('asks a visible tab to take over after 30 s', async () => {
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

  it('leads on while all tabs are hidden, and yields when one becomes visible', async () => {
    const [stage, a, b] = await pair({}, { visible: false })
    a.show(false)
    await stage.run(100_000)
    expect(a.role).toBe('leader')
    b.show(true)
    await stage.run(500)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
  })

  it('yields to a tab that is opened later', async () => {
    const [stage, a] = (await group({})) as [Stage, Tab]
    a.show(false)
    await stage.run(100_000)
    const b = stage.open()
    await stage.run(500)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
  })

  it('leads on if it becomes visible again in time', async () => {
    const [stage, a, b] = await pair()
    a.show(false)
    await stage.run(20_000)
    a.show(true)
    await stage.run(20_000)
    a.show(false)
    await stage.run(20_000)
    expect([a.role, b.role]).toEqual(['leader', 'follower'])
  })

  it('does not take the lead back when the other tab is hidden, too', async () => {
    const [stage, a, b] = await pair()
    a.show(false)
    await stage.run(31_000)
    b.show(false)
    await stage.run(300_000)
    expect([a.role, b.role]).toEqual(['follower', 'leader'])
    expect(stage.lines).toHaveLength(2)
    expect(stage.said.filter(({ message }) => message['kind'] === 'yield')).toHaveLength(1)
  })

  it('leads again each time that it becomes visible, as to yield is no failure', async () => {
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
