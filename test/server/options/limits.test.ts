import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveLimits } from '../../../server/options/limits.ts'

/** The default that the documentation of each limit names: `16 Ki`, `10_000`, `Infinity`. */
function documented(): [name: string, value: number][] {
  const source = readFileSync(join(import.meta.dirname, '../../../server/options/limits.ts'), 'utf8')
  const found = source.matchAll(/@defaultValue ([\d_]+|Infinity)(?: (Ki|Mi))?\n\s+\*\/\n\s+readonly (\w+)\?/g)
  const units: Record<string, number> = { Ki: 1024, Mi: 1024 * 1024 }
  return [...found].map(([, number, unit, name]) => [
    `${name}`,
    Number(number?.replaceAll('_', '')) * (units[`${unit}`] ?? 1),
  ])
}

describe('a limit that is left out', () => {
  it.each(documented())('%s is %d, as its documentation says', (name, value) => {
    expect(resolveLimits({})).toHaveProperty(name, value)
  })

  it('is documented, each of them', () => {
    expect(documented().map(([name]) => name)).toEqual(Object.keys(resolveLimits({})))
  })
})

it.each([0, Infinity])('a filterTimeout of %d is no time limit', (filterTimeout) => {
  expect(resolveLimits({ filterTimeout }).filterTimeout).toBe(Infinity)
})

it.each<[limits: object, message: string]>([
  [{ eventsPerSecond: 0.5 }, 'limits.eventsPerSecond expects at least 1, or Infinity for no limit, got number 0.5'],
  [{ clients: -1 }, 'limits.clients expects number from 0, got number -1'],
  [{ client: 5 }, 'limits.client is no option; there are clients, perUser,'],
])('%j is refused', (limits, message) => {
  expect(() => resolveLimits(limits)).toThrow(message)
})
