import { type HubOptions, LogUnavailableError } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { logWith } from '../../support/event-log.ts'
import { hubBench, ORIGIN } from '../../support/reader.ts'

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

describe('a POST that publishes', () => {
  const open: HubOptions = { canPublish: ({ userId }, { event }) => userId === 'ada' && event !== 'forbidden' }

  it('is refused unless canPublish allows it', async () => {
    const closed = hubBench()
    expect(await closed.post({ event: 'x' })).toMatchObject(
      refusal(403, 'forbidden', 'you may not publish this; the option canPublish says who may'),
    )
    const { post, hub } = hubBench(open)
    expect((await post({ event: 'x' }, '/events?user=bob')).status).toBe(403)
    expect((await post({ event: 'forbidden' }, '/events?user=ada')).status).toBe(403)
    expect(hub.stats().published).toBe(0)
  })

  it('reaches the clients that it names, and says how many', async () => {
    const { post, stream, clock } = hubBench(open)
    const [ada, bob] = [await stream('?user=ada'), await stream('?user=bob&topics=t')]
    const clientId = bob.find('connected')?.['clientId']
    const send = (body: object) => post(body, '/events?user=ada')
    expect((await send({ event: 'x', data: 'all' })).body).toMatchObject({
      id: expect.stringMatching(/-1$/),
      delivered: 2,
    })
    expect((await send({ event: 'x', data: 'user', userId: 'bob' })).body).toMatchObject({ delivered: 1 })
    expect((await send({ event: 'x', data: 'session', sessionId: 'session-of-bob' })).body).toMatchObject({
      delivered: 1,
    })
    expect((await send({ event: 'x', data: 'clients', clientIds: [clientId] })).body).toMatchObject({ delivered: 1 })
    expect((await send({ event: 'x', data: 'topic', topic: 't' })).body).toMatchObject({ delivered: 1 })
    expect((await send({ event: 'x', data: 'nobody', userId: 'zoe' })).body).toMatchObject({ delivered: 0 })
    expect((await send({ event: 'x' })).body).toMatchObject({ delivered: 2 })
    await clock.settle()
    expect(ada.payloads()).toEqual(['all', null])
    expect(bob.payloads()).toEqual(['all', 'user', 'session', 'clients', 'topic', null])
  })

  it('stays within the tenant of its sender', async () => {
    const { post, hub, clock } = hubBench({
      canPublish: () => true,
      authenticate: ({ url }) => ({ tenant: new URL(url).searchParams.get('tenant') ?? undefined }),
    })
    for (const tenant of ['a', 'b']) await hub.fetch(new Request(`${ORIGIN}/events?tenant=${tenant}`))
    await clock.settle()
    expect((await post({ event: 'x' }, '/events?tenant=a')).body).toMatchObject({ delivered: 1 })
    expect((await post({ event: 'x', tenant: 'b' }, '/events?tenant=a')).status).toBe(400)
    expect((await post({ event: 'x' }, '/events')).body).toMatchObject({ delivered: 2 })
  })

  it("goes to the tenant that canPublish answers with, in place of its sender's", async () => {
    const { post, stream, clock } = hubBench({
      canPublish: ({ tenant }, { data }) => (tenant === undefined ? { tenant: `${data}` } : tenant === 'a'),
      authenticate: ({ url }) => ({ tenant: new URL(url).searchParams.get('tenant') ?? undefined }),
    })
    const [a, b, none] = [await stream('?tenant=a'), await stream('?tenant=b'), await stream()]
    expect((await post({ event: 'x', data: 'b' })).body).toMatchObject({ delivered: 1 })
    expect((await post({ event: 'x', data: 'own' }, '/events?tenant=a')).body).toMatchObject({ delivered: 1 })
    expect(await post({ event: 'x', data: 'b', tenant: 'b' })).toMatchObject(
      refusal(
        400,
        'target',
        'the tenant is that of the caller, or the one that canPublish answers with: leave tenant out',
      ),
    )
    await clock.settle()
    expect([a.payloads(), b.payloads(), none.payloads()]).toEqual([['own'], ['b'], []])
  })

  it.each([['yes'], [{}], [{ tenant: '' }], [{ allowed: false }]])(
    'is no permission if canPublish answers %j: status 500, and onError is called',
    async (answer) => {
      const { post, hub, errors } = hubBench({ canPublish: () => answer as unknown as boolean })
      expect(await post({ event: 'x' })).toMatchObject({ status: 500, body: { error: { code: 'internal' } } })
      expect(errors).toEqual([
        ['canPublish', expect.stringMatching(/^TypeError: canPublish must answer true, false or/)],
      ])
      expect(hub.stats().published).toBe(0)
    },
  )

  it.each<[what: string, body: object, message: string]>([
    ['a name that is none', { event: 7 }, 'the name of an event must be a string that is not empty, got 7'],
    ['an empty name', { event: '' }, 'the name of an event must be a string that is not empty, got ""'],
    [
      'a name with a line end',
      { event: 'a\ndata: forged' },
      'event has a line end or NUL in it, which would end the field early: "a\\ndata: forged"',
    ],
    [
      'a name with NUL',
      { event: 'a\0' },
      'event has a line end or NUL in it, which would end the field early: "a\\u0000"',
    ],
    [
      'a name that is too long',
      { event: 'a'.repeat(201) },
      'the name of an event may have 200 characters, and this one has 201',
    ],
    [
      'a name of the protocol',
      { event: 'connected' },
      "connected is a name of the protocol's own (connected, gap, live, ping, subscribed, goodbye): choose another",
    ],
    [
      'a topic with a line end',
      { event: 'x', topic: 'a\rb' },
      'topic expects a topic (letters, marks and numbers of any script and . _ : / -, at most 200 characters), got "a\\rb"; without topic it is everyone',
    ],
    [
      'a wildcard to publish to',
      { event: 'x', topic: '*' },
      'topic expects a topic (letters, marks and numbers of any script and . _ : / -, at most 200 characters), got "*"; without topic it is everyone',
    ],
    [
      'a field that does not exist',
      { event: 'x', user: 'bob' },
      'the body takes no user; it takes event, data, topic, resource, userId, sessionId, sessionIds, clientIds, except, key, volatile',
    ],
    [
      'a user that is none',
      { event: 'x', userId: null },
      'userId expects a string, got null; without userId it is everyone',
    ],
    [
      'clients that are no list',
      { event: 'x', clientIds: 'a' },
      'clientIds expects a list of strings, got "a"; without clientIds it is everyone',
    ],
    ['a key that is no text', { event: 'x', key: 7 }, 'key expects a string, got 7'],
  ])('is refused for %s', async (_, body, message) => {
    const { post, hub } = hubBench(open)
    const { published } = hub.stats()
    // Names such as 'forbidden' are for canPublish; these never are.
    expect(await post(body, '/events?user=ada')).toMatchObject(refusal(400, 'event', message))
    expect(hub.stats()).toMatchObject({ published, log: { head: 0 } })
  })

  it('is to be sent again if it was on its way when the hub began to close', async () => {
    const { hub, post, errors } = hubBench({
      canPublish: async () => {
        await hub.close()
        return true
      },
    })
    expect(await post({ event: 'x' })).toMatchObject({ status: 503, body: { error: { code: 'closing' } } })
    expect(errors).toEqual([])
  })

  it.each<[written: false | 'unknown', message: string]>([
    [false, 'the event could not be written down; nobody has had it'],
    ['unknown', 'the event could not be written down; clients may get it all the same'],
  ])('is answered with 503 if the log says of the event: written %s', async (written, message) => {
    const log = logWith({ append: () => Promise.reject(new LogUnavailableError('no Redis', written)) })
    const { post } = hubBench({ ...open, log })
    expect(await post({ event: 'x' }, '/events?user=ada')).toMatchObject(refusal(503, 'log', message))
  })

  it('is answered with 503 where the log fails, whatever it throws, and reaches nobody', async () => {
    const { post, errors } = hubBench({
      ...open,
      log: {
        epoch: 'abcdefgh',
        head: 0,
        first: 1,
        append: () => Promise.reject(new TypeError('secret')),
        read: () => [],
        subscribe: () => () => {},
        reset() {},
      },
    })
    expect(await post({ event: 'x' }, '/events?user=ada')).toMatchObject(
      refusal(503, 'log', 'the event could not be written down; nobody has had it'),
    )
    expect(errors).toEqual([['log', 'TypeError: secret']])
  })
})
