import { beforeAll, expect, it } from 'vitest'
import { playAll } from '../prove/chaos/play.ts'
import { SCENARIOS } from '../prove/chaos/scenarios.ts'

/*
 * The short form of `npm run prove -- chaos`: all scenarios at once, without the tabs, each time with another seed. To play one again:
 * `HEADWATER_SEED=1 npx vitest run --project node test/node/chaos.test.ts`
 */

const seed = Number(process.env.HEADWATER_SEED ?? Date.now() & 0x7fffffff)
const SHORT = { seed, clients: 5, faults: 60, pause: 50 }

let played: Awaited<ReturnType<typeof playAll>>

beforeAll(async () => {
  console.log(`chaos, seed ${seed}`)
  played = await playAll(SCENARIOS, SHORT)
})

it.each(SCENARIOS.map(({ title }, n) => [title, n] as const))(
  'every event comes once and in order, or a gap names it: %s',
  (_, n) => {
    expect(played.results[n]).toMatchObject({ failures: [], lost: 0, doubled: 0, disordered: 0, leftOver: 0 })
  },
)

it('nothing keeps the process alive when everything is closed', () => {
  expect([played.left, seed]).toEqual([[], seed])
})
