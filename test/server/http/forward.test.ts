import type { HubOptions } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { FORWARD_TIMEOUT } from '../../../server/http/forward.ts'
import { hubBenches } from '../../support/hubs.ts'

/** Two hubs. Ada's stream is at the second. */
async function setup(options: Omit<HubOptions, 'clock'> = {}) {
  const { nodes, clock } = hubBenches(2, options)
  const [here, there] = nodes
  if (!here || !there) throw new Error('there are two')
  const stream = await there.stream('?user=ada&topics=jobs')
  const clientId = `${stream.find('connected')?.['clientId']}`
  return { here, there, clock, stream, clientId }
}

const unknown = { error: { code: 'unknown-client', message: 'you have no stream with this clientId: reconnect' } }

describe('a change of topics that reaches another process than its stream', () => {
  it('is made there, and answered here', async () => {
    const { here, there, clock, stream, clientId } = await setup()
    const answer = await here.post({ clientId, rev: 1, add: ['orders'] }, '/events?user=ada')
    expect(answer).toMatchObject({ status: 200, body: { rev: 1, topics: ['jobs', 'orders'], denied: [] } })
    await clock.settle()
    expect(stream.find('subscribed')).toMatchObject({ rev: 1, topics: ['jobs', 'orders'] })
    await here.hub.toTopic('orders', 'n', 1)
    await clock.settle()
    expect(stream.payloads()).toEqual([1])
    expect(there.hub.clients()[0]?.topics).toEqual(['jobs', 'orders'])
  })

  it('asks authorize there, with the principal of the stream', async () => {
    const authorize = vi.fn((_principal: object, topic: string) => topic !== 'secret')
    const { here, clientId } = await setup({ authorize })
    authorize.mockClear()
    const answer = await here.post({ clientId, rev: 1, add: ['secret', 'orders'] }, '/events?user=ada')
    expect(answer.body).toMatchObject({ topics: ['jobs', 'orders'], denied: [{ topic: 'secret', code: 'denied' }] })
    expect(authorize.mock.calls).toEqual([
      [{ userId: 'ada', sessionId: 'session-of-ada' }, 'secret'],
      [{ userId: 'ada', sessionId: 'session-of-ada' }, 'orders'],
    ])
  })

  it('is refused with the refusal of the other process', async () => {
    const { here, clientId } = await setup()
    const answer = await here.post({ clientId, rev: 0 }, '/events?user=ada')
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'rev' } } })
    expect(here.hub.stats().errors).toEqual({ rev: 1 })
  })

  it('is refused with 500 if authorize throws there, and onError is called there', async () => {
    const { here, there, clientId } = await setup({
      authorize(_, topic) {
        if (topic === 'bad') throw new Error('database')
        return true
      },
    })
    const answer = await here.post({ clientId, rev: 1, add: ['bad'] }, '/events?user=ada')
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
    expect(there.errors).toEqual([['authorize', 'Error: database']])
    expect(here.errors).toEqual([])
  })

  it.each(['/events?user=bob', '/events'])('is not made for another principal: %s', async (path) => {
    const { here, there, clock, clientId } = await setup()
    const answer = here.post({ clientId, rev: 1, add: ['orders'] }, path)
    await clock.advance(FORWARD_TIMEOUT)
    expect(await answer).toMatchObject({ status: 404, body: unknown })
    expect(there.hub.clients()[0]?.topics).toEqual(['jobs'])
  })

  it('is refused with 404 if no process has the stream', async () => {
    const { here, clock } = await setup()
    const answer = here.post({ clientId: 'nobody', rev: 1 }, '/events?user=ada')
    await clock.advance(FORWARD_TIMEOUT)
    expect(await answer).toMatchObject({ status: 404, body: unknown })
  })

  it('is refused at once where there is no other process, and for an id that is none', async () => {
    const { here } = await setup()
    expect((await here.post({ clientId: 7, rev: 1 }, '/events?user=ada')).status).toBe(404)
    const { nodes } = hubBenches(1, { relay: undefined })
    expect((await nodes[0]?.post({ clientId: 'nobody', rev: 1 }, '/events'))?.status).toBe(404)
  })
})
