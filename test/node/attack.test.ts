import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ATTACKS } from '../attack/attacks.ts'
import { createSite, type Server, startServer } from '../attack/node.ts'
import { play } from '../attack/play.ts'

/*
 * The short form of `npm run attack`: some of what it tries, in Node, the same each time.
 */

/** The limit is for what never comes, in milliseconds: no machine meets it. */
const LIMIT = 60_000
const SHORT = { seed: 1, rounds: 4, musts: 4 }

describe('the client under attack', () => {
  let server: Server
  let site: ReturnType<typeof createSite>

  beforeAll(async () => {
    server = await startServer()
    site = createSite(server.origin, LIMIT, false)
  })

  afterAll(async () => {
    site.close()
    await server.close()
  })

  it.each(ATTACKS.map((attack) => [attack.holds, attack] as const))('%s', async (_, attack) => {
    const { found } = await play(attack, site, SHORT)
    expect(found).toEqual([])
  })
})
