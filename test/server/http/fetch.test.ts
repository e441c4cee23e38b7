import { describe, expect, it } from 'vitest'
import { hubBench, ORIGIN, read } from '../../support/reader.ts'

/*
 * What is particular to hosts that speak Request and Response; the rest is in hub.test.ts.
 */

describe('a body', () => {
  it('is not written to while nobody reads it, and then has what waited', async () => {
    const { hub, clock } = hubBench({ heartbeat: false })
    const response = await hub.fetch(new Request(ORIGIN))
    const kilobyte = 'x'.repeat(1000)
    for (let n = 0; n < 200; n++) await hub.publish('n', kilobyte)
    await clock.settle()
    expect(hub.stats().queue.events).toBeGreaterThan(100)
    const { payloads } = read(response)
    await clock.settle()
    expect(payloads()).toHaveLength(200)
    expect(hub.stats().queue.events).toBe(0)
  })

  it('errors for a client that is too far behind', async () => {
    const { hub, clock } = hubBench({ limits: { queueBytes: 10_000 } })
    const response = await hub.fetch(new Request(ORIGIN))
    for (let n = 0; n < 100; n++) await hub.publish('n', 'x'.repeat(1000))
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { overflow: 1 } })
    const { ended } = read(response)
    await clock.settle()
    expect(ended()).toBe('error')
  })

  it('is given up when nobody has read from it for clientTimeout, though there is room for heartbeats', async () => {
    const { hub, clock } = hubBench({ heartbeat: 15_000, clientTimeout: 60_000 })
    const response = await hub.fetch(new Request(ORIGIN))
    const reader = read(await hub.fetch(new Request(ORIGIN)))
    await clock.advance(59_000)
    expect(hub.stats().clients).toBe(2)
    await clock.advance(1000)
    expect(hub.stats()).toMatchObject({ clients: 1, endings: { timeout: 1 } })
    await clock.advance(300_000)
    expect([hub.stats().clients, reader.ended()]).toEqual([1, undefined])
    const { ended } = read(response)
    await clock.settle()
    expect(ended()).toBe('error')
  })

  it('is kept for as long as anything is read from it', async () => {
    const { hub, clock } = hubBench({ heartbeat: 15_000, clientTimeout: 60_000 })
    const reader = (await hub.fetch(new Request(ORIGIN))).body?.getReader()
    for (let n = 0; n < 10; n++) {
      await clock.advance(45_000)
      // Of three heartbeats it takes one.
      await reader?.read()
    }
    expect(hub.stats()).toMatchObject({ clients: 1, endings: { timeout: 0 } })
  })

  it('ends the stream when it is cancelled', async () => {
    const { hub } = hubBench()
    const response = await hub.fetch(new Request(ORIGIN))
    await response.body?.cancel()
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { closed: 1 } })
    await hub.publish('n', 1)
  })
})

describe('a request', () => {
  it('ends the stream when it is aborted, where the host does not cancel the body', async () => {
    const { hub, clock } = hubBench()
    const controller = new AbortController()
    const { ended } = read(await hub.fetch(new Request(ORIGIN, { signal: controller.signal })))
    controller.abort()
    await clock.settle()
    expect(ended()).toBe('end')
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { closed: 1 } })
  })

  it('leaves nothing behind if it is aborted while it is being authenticated', async () => {
    const controller = new AbortController()
    const { hub, clock } = hubBench({
      authenticate() {
        controller.abort()
        return {}
      },
    })
    await hub.fetch(new Request(ORIGIN, { signal: controller.signal }))
    await clock.settle()
    expect(hub.stats().clients).toBe(0)
  })
})
