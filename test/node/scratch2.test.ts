import { it } from 'vitest'
import { createWorld, type Tab } from '../support/world.ts'
function random(seed: number): () => number {
  let state = (seed % 2147483646) + 1
  return () => {
    state = (state * 16807) % 2147483647
    return (state - 1) / 2147483646
  }
}
it('trace', async () => {
  const acts: any[] = JSON.parse(process.env.ACTS as string)
  const world = createWorld({ random: random(Number(process.env.SEED)), delay: Number(process.env.DELAY) })
  ;(world as any).trace = true
  globalThis.TRACE = true
      for (let n = 0; n < 3; n++) world.open()
      const pick = (which: unknown): Tab | undefined => {
        if (which === 'leader') return world.tabs.find((tab) => tab.alive && tab.transport.role.get() === 'leader')
        const alive = world.tabs.filter((tab) => tab.alive)
        return alive[Number(which) % alive.length]
      }
      for (const [what, which] of acts) {
        const tab = pick(which)
        console.log('ACT', what, tab?.name)
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
      console.log('LATER')
      world.publish(3)
      await world.run(30_000)
      for (const tab of world.tabs) console.log(tab.name, tab.alive, tab.heard.join(), JSON.stringify(tab.gaps), JSON.stringify(tab.sse.state.get()))
})
