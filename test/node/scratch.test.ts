import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createWorld, type Tab } from '../support/world.ts'

const index = fc.nat(5)
const act = fc.oneof(
  fc.constant(['open'] as const),
  fc.tuple(fc.constantFrom('close', 'crash', 'freeze', 'suspend', 'thaw', 'hide', 'show', 'reconnect'), index),
  fc.tuple(fc.constantFrom('close', 'crash', 'freeze', 'suspend', 'hide', 'reconnect'), fc.constant('leader' as const)),
  fc.constant(['drop'] as const),
  fc.tuple(fc.constant('publish'), fc.integer({ min: 1, max: 30 })),
  fc.tuple(fc.constant('wait'), fc.constantFrom(1, 5, 20, 100, 1000, 10_000, 40_000)),
)
const RUNS = Number(process.env.RUNS ?? 300)

function random(seed: number): () => number {
  let state = (seed % 2147483646) + 1
  return () => {
    state = (state * 16807) % 2147483647
    return (state - 1) / 2147483646
  }
}

it('loses nothing, doubles nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.nat(), fc.constantFrom(5, 20, 100), async (acts, seed, delay) => {
      const world = createWorld({ random: random(seed), delay })
      for (let n = 0; n < 3; n++) world.open()
      const pick = (which: unknown): Tab | undefined => {
        if (which === 'leader') return world.tabs.find((tab) => tab.alive && tab.transport.role.get() === 'leader')
        const alive = world.tabs.filter((tab) => tab.alive)
        return alive[Number(which) % alive.length]
      }
      for (const [what, which] of acts) {
        const tab = pick(which)
        if (what === 'open' && world.tabs.filter((tab) => tab.alive).length < 6) world.open()
        if (what === 'close') tab?.close()
        if (what === 'crash') tab?.crash()
        if (what === 'freeze') tab?.freeze(false)
        if (what === 'suspend') tab?.freeze(true)
        if (what === 'thaw') tab?.thaw()
        if (what === 'hide') tab?.show(false)
        if (what === 'show') tab?.show(true)
        if (what === 'reconnect' && !tab?.frozen) tab?.sse.reconnect()
        if (what === 'drop') world.drop()
        if (what === 'publish') world.publish(Number(which))
        await world.run(what === 'wait' ? Number(which) : 3)
      }
      for (const tab of world.tabs) tab.thaw()
      world.publish(3)
      await world.run(60_000)
      world.publish(3)
      await world.run(30_000)
      const live = world.tabs.filter((tab) => tab.alive)
      for (const tab of live) {
        const [first = 0] = tab.heard
        const expected = Array.from({ length: tab.heard.length }, (_, n) => first + n)
        // Opened by a leader that left before the server had said a word.
        const unsure = tab.gaps.length > 0
        if (unsure) expect(tab.heard).toEqual([...new Set(tab.heard)].sort((a, b) => a - b))
        else expect([tab.name, tab.heard]).toEqual([tab.name, expected])
        expect([tab.name, tab.heard.at(-1)]).toEqual([tab.name, world.published])
        for (const gap of tab.gaps) expect(gap).toMatchObject({ reason: 'no-id', certain: false, requested: '' })
        expect(tab.sse.state.get().status).toBe('open')
      }
      expect(world.complaints).toEqual([])
      for (const [, who] of world.leaders) expect([...who]).toHaveLength(1)
      expect(world.lines).toBe(live.length ? 1 : 0)
    }),
    { numRuns: RUNS },
  )
}, 600_000)
