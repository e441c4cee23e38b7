import { createHub, type HubOptions } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * What a principal with `since` is sent, over HTTP, whatever cursor it names.
 */

async function serve(options: HubOptions) {
  const clock = createClock()
  const hub = createHub({ clock, heartbeat: false, ...options })
  const { port } = await serveHub(hub)
  async function stream(cursor: string) {
    const response = await fetch(`http://127.0.0.1:${port}/?lastEventId=${cursor}`)
    let text = ''
    void (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString()
    })().catch(() => {})
    return {
      status: response.status,
      text: () => text,
      numbers: () => [...text.matchAll(/event: n\ndata: (\d+)/g)].map(([, n]) => Number(n)),
    }
  }
  return { hub, clock, stream }
}

describe('a principal with since', () => {
  it.each(['0', '1', 'earliest'])('is sent no older event for the cursor %s, and hears of no gap', async (cursor) => {
    let since = 0
    const { hub, clock, stream } = await serve({ authenticate: () => ({ since }), canReadAll: () => true })
    for (const n of [1, 2, 3]) {
      since = clock.now()
      await hub.publish('n', n)
      await clock.advance(1000)
    }
    const { epoch } = hub.stats().log
    const { text, numbers } = await stream(cursor === 'earliest' ? cursor : `${epoch}-${cursor}`)
    await hub.publish('n', 4)
    await eventually(() => expect(numbers()).toEqual([3, 4]))
    expect(text()).toContain('"recovered":true')
    expect(text()).not.toContain('event: gap')
    expect(hub.stats().gaps).toBe(0)
  })

  it('sends nothing live until the time of since has come', async () => {
    const begin = Date.UTC(2026, 0) + 60_000
    const { hub, clock, stream } = await serve({ authenticate: () => ({ since: new Date(begin) }) })
    const { numbers } = await stream('')
    await hub.publish('n', 1)
    await hub.publish('n', 2, { volatile: true })
    await clock.advance(60_000)
    expect(await hub.publish('n', 3)).toMatchObject({ delivered: 1 })
    await eventually(() => expect(numbers()).toEqual([3]))
  })

  it('answers 500 to a since in seconds, and reports it', async () => {
    const errors: string[] = []
    const { stream } = await serve({
      authenticate: () => ({ since: 1_790_000_000 }),
      onError: (error, where) => errors.push(`${where}: ${error}`),
    })
    expect((await stream('')).status).toBe(500)
    expect(errors).toEqual([expect.stringContaining('authenticate: TypeError: since expects epoch milliseconds')])
  })
})

describe('a client without since', () => {
  it('may resume from any cursor, with or without canReadAll, and gets what the filter lets through', async () => {
    const { hub, stream } = await serve({ filter: (_, { data }) => data !== 2 })
    for (const n of [1, 2, 3]) await hub.publish('n', n)
    await hub.publish('n', 4, { userId: 'somebody else' })
    const { numbers, text } = await stream(`${hub.stats().log.epoch}-0`)
    await eventually(() => expect(text()).toContain('event: live'))
    expect(numbers()).toEqual([1, 3])
  })
})
