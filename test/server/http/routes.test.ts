import { describe, expect, it, vi } from 'vitest'
import { logWith } from '../../support/event-log.ts'
import { hubBench, ORIGIN } from '../../support/reader.ts'

/*
 * Which answer an address and a method have.
 */

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

describe('HEAD', () => {
  it('is answered as GET is, without the body', async () => {
    const { hub } = hubBench()
    for (const path of ['health', 'stats', 'metrics']) {
      const answer = await hub.fetch(new Request(`${ORIGIN}/events/${path}`, { method: 'HEAD' }))
      expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([200, 'application/json', null])
    }
  })

  it('is refused for a stream, and nobody is asked who it is', async () => {
    const authenticate = vi.fn(() => ({}))
    const { hub } = hubBench({ authenticate })
    const answer = await hub.fetch(new Request(`${ORIGIN}/events`, { method: 'HEAD' }))
    expect([answer.status, answer.headers.get('allow'), answer.body]).toEqual([405, 'GET, POST, OPTIONS', null])
    expect(authenticate).not.toHaveBeenCalled()
  })
})

describe('health', () => {
  it.each<[log: boolean | undefined, relay: boolean | undefined, body: object]>([
    [undefined, undefined, { status: 'ok' }],
    [true, true, { status: 'ok' }],
    [false, undefined, { status: 'degraded', log: 'unavailable' }],
    [false, true, { status: 'degraded', log: 'unavailable' }],
    [true, false, { status: 'degraded', relay: 'unavailable' }],
    [undefined, false, { status: 'degraded', relay: 'unavailable' }],
    [false, false, { status: 'degraded', log: 'unavailable', relay: 'unavailable' }],
  ])('says whether the log (%s) and the relay (%s) can be reached: %j', async (log, relay, expected) => {
    const { ask } = hubBench({
      log: { ...logWith({}), available: log },
      relay: { send() {}, subscribe: () => () => {}, available: relay },
    })
    const { status, body } = await ask('/events/health')
    expect([status, body]).toEqual([200, expected])
  })
})

describe('metrics', () => {
  it('are the figures of stats, unless the application shapes them', async () => {
    const plain = hubBench()
    expect((await plain.ask('/events/metrics')).body).toMatchObject({ clients: 0, uptime: 0 })
    const { ask, stream } = hubBench({
      metrics: async ({ clients, connections, published, errors }) => ({
        activeConnections: clients,
        totalConnections: connections,
        eventsDispatched: published,
        errors,
      }),
    })
    await stream()
    expect((await ask('/events/metrics')).body).toEqual({
      activeConnections: 1,
      totalConnections: 1,
      eventsDispatched: 0,
      errors: {},
    })
    expect((await ask('/events/stats')).body).toMatchObject({ clients: 1, uptime: 0 })
  })

  it('may be anything that JSON can say', async () => {
    for (const value of [[1], 'text', 0, null, undefined, false])
      expect((await hubBench({ metrics: () => value }).ask('/events/metrics')).body).toEqual(value ?? null)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
    ['returns what JSON cannot say', () => ({ secret: 1n })],
    ['returns a function', () => () => 'secret'],
  ])('are refused with 500 if the function %s', async (_, metrics) => {
    const { ask, errors } = hubBench({ metrics })
    const answer = await ask('/events/metrics')
    expect(answer).toMatchObject(refusal(500, 'internal', 'the server has failed; try again later'))
    expect(errors).toEqual([['metrics', expect.any(String)]])
    expect((await ask('/events/stats')).status).toBe(200)
  })

  it('are given to nobody who may not read stats', async () => {
    const metrics = vi.fn()
    const { ask } = hubBench({ metrics, canReadStats: () => false })
    expect((await ask('/events/metrics')).status).toBe(403)
    expect(metrics).not.toHaveBeenCalled()
  })
})

describe('beside streams', () => {
  it('there are stats, where canReadStats allows them', async () => {
    const { ask, hub } = hubBench({ canReadStats: ({ userId }) => userId === 'ada' })
    expect(await ask('/events/stats?user=ada')).toMatchObject({ status: 200, body: hub.stats() })
    expect(await ask('/events/metrics?user=ada')).toMatchObject({ status: 200, body: hub.stats() })
    expect((await ask('/events/stats?user=bob')).status).toBe(403)
    expect((await hubBench().ask('/stats/')).status).toBe(200)
    expect((await hubBench({ authenticate: () => null }).ask('/events/stats')).status).toBe(401)
  })

  it('there is a reset, where canReset allows it', async () => {
    const closed = hubBench()
    await closed.hub.publish('x', 1)
    expect((await closed.ask('/events/reset', { method: 'POST' })).status).toBe(403)
    expect(closed.hub.stats().log.head).toBe(1)
    const { ask, hub } = hubBench({ canReset: ({ userId }) => userId === 'ada' })
    await hub.publish('x', 1)
    expect((await ask('/events/reset?user=bob', { method: 'POST' })).status).toBe(403)
    expect(await ask('/events/reset?user=ada', { method: 'POST' })).toMatchObject({
      status: 200,
      body: { log: { head: 0 } },
    })
  })

  it('there is a sign of health, for everybody', async () => {
    const { ask } = hubBench({ authenticate: () => null })
    expect(await ask('/events/health')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it.each(['PUT', 'DELETE', 'HEAD', 'PATCH'])('there is no %s', async (method) => {
    const { ask } = hubBench()
    const { status, headers } = await ask('/events', { method })
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, POST, OPTIONS')
  })
})
