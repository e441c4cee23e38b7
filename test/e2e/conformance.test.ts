import { afterAll, beforeAll, expect, it } from 'vitest'
import { GROUPS } from '../conformance/cases.ts'
import { openSuite, type Suite } from '../conformance/watch.ts'

/*
 * The client and the drop-in class pass every case of the standard, in Chromium. `npm run conformance` compares them with others.
 */

const standard = Object.keys(GROUPS).filter((group) => group.startsWith('The standard'))
let suite: Suite

beforeAll(async () => {
  suite = await openSuite()
})

afterAll(() => suite.close())

// At the same time: most of the cases wait.
it.concurrent.each(['headwater', 'eventsource-class'] as const)(
  '%s passes every case of the standard',
  async (client) => {
    const cases = standard.flatMap((group) => GROUPS[group] ?? [])
    const verdicts = await suite.run(client, cases)
    expect(Object.entries(verdicts).filter(([, { passed }]) => !passed)).toEqual([])
    expect(Object.keys(verdicts)).toHaveLength(cases.length)
  },
)
