import { type HubOptions, readToken, refuse } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { hubBench, ORIGIN } from '../../support/reader.ts'

/*
 * What is answered over HTTP.
 */

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

describe('a stream', () => {
  it.each([
    [true, ['br', 'gzip'], 'br'],
    [true, ['gzip'], 'gzip'],
    [true, [], null],
    [true, undefined, null],
    [false, ['br', 'gzip'], null],
  ] as const)('for compress %j, a host that offers %j sends the coding %s', async (compress, codings, coding) => {
    const { hub } = hubBench({ compress })
    let headers = new Headers()
    const request = new Request(`${ORIGIN}/events`, { headers: { 'accept-encoding': 'gzip, br' } })
    const sink = { write: () => true, end() {}, destroy() {} }
    await hub.accept(
      request,
      (given) => {
        headers = given
        return sink
      },
      codings && { codings },
    )
    expect(headers.get('content-encoding')).toBe(coding)
    expect(`${headers.get('vary')}`.includes('accept-encoding')).toBe(coding !== null)
  })

  it.each([null, undefined, false as const])('is refused if authenticate answers %s', async (nobody) => {
    const { hub, ask } = hubBench({ authenticate: () => Promise.resolve(nobody) })
    const answer = await ask('/events')
    expect(answer).toMatchObject(refusal(401, 'unauthorized', 'sign in first'))
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(hub.stats()).toMatchObject({ clients: 0, errors: { unauthorized: 1 } })
  })

  it('is refused if the time of its principal is over already', async () => {
    const { ask, clock } = hubBench({ authenticate: () => ({ expires: clock.now() }) })
    expect((await ask('/events')).status).toBe(401)
  })

  it.each<[what: string, authenticate: HubOptions['authenticate'], told: string]>([
    [
      'throws',
      () => {
        throw new Error('secret db-host down')
      },
      'Error: secret db-host down',
    ],
    ['rejects', () => Promise.reject(new Error('secret db-host down')), 'Error: secret db-host down'],
    [
      'names a user by a number',
      () => ({ userId: 7 as unknown as string }),
      'TypeError: userId wants a string, got number 7',
    ],
    [
      'takes seconds for milliseconds',
      () => ({ expires: 1_795_224_502 }),
      'TypeError: expires wants epoch milliseconds, and that looks like seconds: multiply it by 1000; got 1795224502',
    ],
  ])('is refused if authenticate %s, and the answer does not say why', async (_, authenticate, told) => {
    const { hub, ask, errors } = hubBench({ authenticate })
    const answer = await ask('/events')
    expect(answer).toMatchObject(refusal(500, 'internal', 'the server has failed; it may do better later'))
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors).toEqual([['authenticate', told]])
    expect(hub.stats().errors).toMatchObject({ internal: 1 })
  })

  it('is refused as authenticate says, with a code and headers of its own', async () => {
    const answers = [
      () => refuse({ status: 403, code: 'banned', message: 'not here', headers: { 'x-until': 'monday' } }),
      () => {
        throw refuse({ status: 403, code: 'banned', message: 'not here', headers: { 'x-until': 'monday' } })
      },
    ]
    for (const authenticate of answers) {
      const { hub, ask, errors } = hubBench({ authenticate, origins: ['https://app.example'] })
      const answer = await ask('/events', { headers: { origin: 'https://app.example' } })
      expect(answer).toMatchObject(refusal(403, 'banned', 'not here'))
      expect(answer.headers.get('x-until')).toBe('monday')
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
      expect(errors).toEqual([])
      // Codes of the application are no labels.
      expect(hub.stats().errors).toEqual({ refused: 1 })
    }
  })

  it('is refused with the Response of authenticate, which pages that are allowed may read', async () => {
    const { hub, errors } = hubBench({
      authenticate: () => Response.redirect('https://login.example/', 307),
      origins: ['https://app.example'],
    })
    const headers = { origin: 'https://app.example' }
    const answer = await hub.fetch(new Request(`${ORIGIN}/events`, { headers }))
    expect(answer.status).toBe(307)
    expect(answer.headers.get('location')).toBe('https://login.example/')
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(hub.stats()).toMatchObject({ clients: 0, errors: { refused: 1 } })
    expect(errors).toEqual([])
  })

  it('is refused with the body and the cookies of that Response', async () => {
    const headers = new Headers({ 'content-type': 'text/html' })
    for (const name of ['a', 'b']) headers.append('set-cookie', `${name}=`)
    const { hub } = hubBench({
      authenticate: () => new Response('<p>no', { status: 418, statusText: 'Teapot', headers }),
    })
    const answer = await hub.fetch(new Request(`${ORIGIN}/events`))
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([418, 'Teapot', '<p>no'])
    expect(answer.headers.getSetCookie()).toEqual(['a=', 'b='])
  })

  it.each<[unknown, string]>([
    [true, 'boolean true'],
    ['ada', 'string "ada"'],
    [[], 'an object of the type Array'],
    [new Error('no'), 'an object of the type Error'],
  ])('is refused with 500 if authenticate answers %o', async (answer, got) => {
    const { hub, ask, errors } = hubBench({ authenticate: () => answer as never })
    expect(await ask('/events')).toMatchObject(
      refusal(500, 'internal', 'the server has failed; it may do better later'),
    )
    expect(errors).toEqual([
      [
        'authenticate',
        `TypeError: authenticate wants to answer with a principal, which is an object, or with null; got ${got}`,
      ],
    ])
    expect(hub.stats().clients).toBe(0)
  })

  it('is refused with 500 if authenticate answers with a Response that lets in', async () => {
    const { ask, errors } = hubBench({ authenticate: () => new Response('welcome') })
    expect((await ask('/events')).status).toBe(500)
    expect(errors).toHaveLength(1)
  })

  it('is opened for the principal that the host knows', async () => {
    const { hub } = hubBench({ authenticate: () => null })
    const response = await hub.fetch(new Request(`${ORIGIN}/events`), { principal: { userId: 'ada' } })
    expect(response.status).toBe(200)
    expect(hub.kick({ userId: 'ada' })).toBe(1)
  })

  it('is left to authenticate where a platform hands over arguments of its own', async () => {
    const { hub } = hubBench({ authenticate: () => null })
    for (const further of [{ DATABASE: 'x' }, undefined, null, 7, () => {}])
      expect((await hub.fetch(new Request(`${ORIGIN}/events`), further as never)).status).toBe(401)
  })

  it('is refused if authorize throws', async () => {
    const { ask, errors } = hubBench({ authorize: () => Promise.reject(new Error('no')) })
    expect((await ask('/events?topics=a')).status).toBe(500)
    expect(errors).toEqual([['authorize', 'Error: no']])
  })

  it('is not refused for an authorize that fails only for names that cannot be joined', async () => {
    const authorize = vi.fn(() => true)
    const { stream } = hubBench({ authorize })
    expect((await stream('?topics=a%20b')).response.status).toBe(200)
    expect(authorize).not.toHaveBeenCalled()
  })
})

describe('an answer that is not true', () => {
  const QUESTIONS: [name: keyof HubOptions, path: string, init: RequestInit, denied: number][] = [
    ['canReadStats', '/events/stats', {}, 403],
    ['canReadStats', '/events/metrics', {}, 403],
    ['canReset', '/events/reset', { method: 'POST' }, 403],
    [
      'canPublish',
      '/events',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"event":"x"}' },
      403,
    ],
  ]

  it.each(QUESTIONS)(
    'reports an answer of %s at %s that is truthy but not true, and sends 500',
    async (name, path, init) => {
      for (const answer of [1, 'yes', {}, []]) {
        const { hub, ask, errors } = hubBench({ [name]: async () => answer })
        expect((await ask(path, init)).status).toBe(500)
        expect(errors).toEqual([[name, expect.stringMatching(`^TypeError: ${name} wants to answer true`)]])
        expect(hub.stats()).toMatchObject({ published: 0 })
      }
    },
  )

  it.each(QUESTIONS)('takes a falsy answer of %s at %s for a no', async (name, path, init, denied) => {
    for (const answer of [false, undefined, null, 0, '']) {
      const { ask, errors } = hubBench({ [name]: async () => answer })
      expect((await ask(path, init)).status).toBe(denied)
      expect(errors).toEqual([])
    }
  })

  it.each(QUESTIONS)('sends the refusal that %s throws at %s, with its own code', async (name, path, init) => {
    const { ask, errors } = hubBench({
      [name]: () => Promise.reject(refuse({ status: 402, code: 'unpaid', message: 'pay first' })),
    })
    expect(await ask(path, init)).toMatchObject(refusal(402, 'unpaid', 'pay first'))
    expect(errors).toEqual([])
  })

  it('sends 500 for a stream when authorize answers something truthy but not true', async () => {
    const { hub, ask, errors } = hubBench({ authorize: () => 'yes' as never })
    expect((await ask('/events?topics=a')).status).toBe(500)
    expect(errors).toEqual([['authorize', 'TypeError: authorize wants to answer true or false, got "yes"']])
    expect(hub.stats().clients).toBe(0)
  })

  it('sends 500 for a change of topics when authorize answers something truthy but not true', async () => {
    const { hub, stream, post, errors } = hubBench({ authorize: () => ({}) as never })
    const { find } = await stream()
    const change = { clientId: find('connected')?.['clientId'], rev: 1, add: ['a'] }
    expect((await post(change)).status).toBe(500)
    expect(hub.clients()[0]?.topics).toEqual([])
    expect(errors).toHaveLength(1)
  })

  it('sends 500 when canReadAll answers something truthy but not true', async () => {
    const { ask, errors } = hubBench({ canReadAll: () => 1 as never })
    expect((await ask('/events?lastEventId=earliest')).status).toBe(500)
    expect(errors).toEqual([['canReadAll', 'TypeError: canReadAll wants to answer true or false, got 1']])
  })
})

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
    expect(answer).toMatchObject(refusal(500, 'internal', 'the server has failed; it may do better later'))
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

describe('POSTs beyond limits.postsPerSecond', () => {
  it('are refused with 429, for that user, until a token is there again', async () => {
    const { post, clock, hub } = hubBench({ canPublish: () => true, limits: { postsPerSecond: 2 } })
    const statuses = async (user: string, count: number) => {
      const found: number[] = []
      for (let n = 0; n < count; n++) found.push((await post({ event: 'x' }, `/events?user=${user}`)).status)
      return found
    }
    expect(await statuses('ada', 3)).toEqual([200, 200, 429])
    expect(await statuses('bob', 2)).toEqual([200, 200])
    const refused = await post({ event: 'x' }, '/events?user=ada')
    expect(refused).toMatchObject(
      refusal(429, 'rate', 'at most 2 POSTs a second; the option limits.postsPerSecond says so'),
    )
    expect(refused.headers.get('retry-after')).toBe('1')
    await clock.advance(500)
    expect(await statuses('ada', 2)).toEqual([200, 429])
    expect(hub.stats()).toMatchObject({ published: 5, errors: { rate: 3 } })
  })

  it('are refused before their body is read, and before canReset is asked', async () => {
    const canReset = vi.fn(() => true)
    const { ask } = hubBench({ canReset, limits: { postsPerSecond: 1 } })
    expect((await ask('/events/reset?user=ada', { method: 'POST' })).status).toBe(200)
    expect((await ask('/events/reset?user=ada', { method: 'POST' })).status).toBe(429)
    expect((await ask('/events?user=ada', { method: 'POST', body: 'no JSON' })).status).toBe(429)
    expect(canReset).toHaveBeenCalledTimes(1)
  })

  it('do not keep streams and stats from anybody', async () => {
    const { ask, stream } = hubBench({ limits: { postsPerSecond: 0 } })
    const answer = await ask('/events?user=ada', { method: 'POST' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null])
    expect((await ask('/events/stats?user=ada')).status).toBe(200)
    expect((await stream('?user=ada')).response.status).toBe(200)
  })
})

describe('pages of another origin', () => {
  const evil = { origin: 'https://evil.example' }

  it('may read why they are refused, at every method', async () => {
    const { ask } = hubBench()
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      const answer = await ask('/events', { method, headers: evil })
      expect(answer).toMatchObject({ status: 403, body: { error: { code: 'origin' } } })
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://evil.example')
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      expect(answer.headers.get('access-control-allow-methods')).toBeNull()
      expect(answer.headers.get('vary')).toBe('origin')
    }
  })

  it('may read everything with cors, and post', async () => {
    const { hub, ask } = hubBench({ cors: '*', authenticate: undefined })
    const response = await hub.fetch(new Request(`${ORIGIN}/events`, { headers: evil }))
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    const preflight = await ask('/events', { method: 'OPTIONS', headers: evil })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const post = await ask('/events', { method: 'POST', headers: evil })
    expect([post.status, post.headers.get('access-control-allow-origin')]).toEqual([415, '*'])
    expect(post.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it('are refused with cors if they send a cookie', async () => {
    const { ask } = hubBench({ cors: '*', authenticate: undefined })
    const answer = await ask('/events', { headers: { ...evil, cookie: 'a=1' } })
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'credentials' } } })
  })
})

describe('limits', () => {
  it.each<[what: string, options: HubOptions, queries: string[], status: number, code: string, seconds: string]>([
    ['all streams', { limits: { clients: 2 } }, ['?user=a', '?user=b', '?user=c'], 503, 'full', '10'],
    ['those of a user', { limits: { perUser: 1 } }, ['?user=a', '?user=b', '?user=a'], 429, 'per-user', '30'],
  ])(
    'keeps the limit of %s by refusing the next stream, and ends none',
    async (_, options, queries, status, code, seconds) => {
      const { hub, stream, ask, clock } = hubBench(options)
      const [first = '', second = '', third = ''] = queries
      const readers = [await stream(first), await stream(second)]
      const answer = await ask(`/events${third}`)
      expect(answer).toMatchObject({ status, body: { error: { code } } })
      expect(answer.headers.get('retry-after')).toBe(seconds)
      expect(readers.map(({ ended }) => ended())).toEqual([undefined, undefined])
      for (const { leave } of readers) await leave()
      await clock.settle()
      expect((await stream(third)).response.status).toBe(200)
      expect(hub.stats().clients).toBe(1)
    },
  )

  it('look at no client if they are about all streams', async () => {
    const authenticate = vi.fn(() => ({}))
    const { ask } = hubBench({ authenticate, limits: { clients: 0 } })
    expect((await ask('/events')).status).toBe(503)
    expect(authenticate).not.toHaveBeenCalled()
  })

  it('hold where many come at once', async () => {
    const { hub } = hubBench({ limits: { clients: 3 } })
    const answers = await Promise.all(Array.from({ length: 10 }, () => hub.fetch(new Request(`${ORIGIN}/events`))))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(hub.stats().clients).toBe(3)
  })
})

describe('topics', () => {
  it('are left out if they are not allowed, and the others count', async () => {
    const authorize = vi.fn(async (_: unknown, topic: string) => !topic.includes('*'))
    const { hub, stream, clock } = hubBench({ authorize })
    const { find, payloads } = await stream('?user=ada&topics=orders,*,jobs.*,orders')
    expect(find('connected')?.['topics']).toEqual(['orders'])
    expect(authorize.mock.calls).toEqual([
      [{ userId: 'ada', sessionId: 'session-of-ada' }, 'orders'],
      [{ userId: 'ada', sessionId: 'session-of-ada' }, '*'],
      [{ userId: 'ada', sessionId: 'session-of-ada' }, 'jobs.*'],
    ])
    await hub.toTopic('jobs.print', 'x', 1)
    await hub.toTopic('orders', 'x', 2)
    await clock.settle()
    expect(payloads()).toEqual([2])
  })

  const INVALID =
    'no topic: letters, marks and numbers of any script and . _ : / -, at most 200 characters; or a.* or *'

  it.each([
    ['a name with a space', 'a%20b', 'a b'],
    ['a line end', 'a%0d%0aevent:x', 'a\r\nevent:x'],
    ['NUL', 'a%00', 'a\0'],
    ['a wildcard in the middle', 'a.*.b', 'a.*.b'],
    ['a name that is too long', 'a'.repeat(201), 'a'.repeat(200)],
  ])('are left out and named for %s, and the others count', async (_, name, shown) => {
    const { hub, stream } = hubBench()
    const { find, events } = await stream(`?topics=orders,${name},jobs`)
    expect(find('connected')).toMatchObject({
      topics: ['orders', 'jobs'],
      denied: [{ topic: shown, code: 'invalid', message: INVALID }],
    })
    expect(events().map(({ type }) => type)).toEqual(['connected', 'live'])
    expect(hub.stats()).toMatchObject({ topicsRefused: { invalid: 1, denied: 0, full: 0, 'too-many': 0 }, errors: {} })
  })

  it('are named with their reason: refused by authorize, full, or too many', async () => {
    const { hub, stream, clock } = hubBench({
      authorize: (_, topic) => topic !== 'secret',
      limits: { perTopic: 1, topics: 3 },
    })
    const first = await stream('?topics=full')
    expect(first.find('connected')).not.toHaveProperty('denied')
    const { find, payloads } = await stream('?topics=full,secret,open,more')
    expect(find('connected')).toMatchObject({
      topics: ['open'],
      denied: [
        { topic: 'more', code: 'too-many', message: 'a client may join 3 topics' },
        { topic: 'secret', code: 'denied', message: 'this topic is not allowed to you' },
        { topic: 'full', code: 'full', message: 'no more streams can join this topic for now' },
      ],
    })
    expect(hub.stats().topicsRefused).toEqual({ invalid: 0, denied: 1, full: 1, 'too-many': 1 })
    for (const topic of ['full', 'secret', 'more', 'open']) await hub.toTopic(topic, 'x', topic)
    await clock.settle()
    expect(payloads()).toEqual(['open'])
  })

  it('are taken up to the limit, however long the list, and the answer stays short', async () => {
    const authorize = vi.fn(() => true)
    const { hub, stream } = hubBench({ authorize })
    const names = Array.from({ length: 20_000 }, (_, n) => `t${n}${n % 7 ? '' : '%20'}`)
    const { find, text } = await stream(`?topics=${names.join()}`)
    const { topics, denied, deniedMore } = find('connected') ?? {}
    expect(topics).toHaveLength(100)
    expect(denied).toHaveLength(100)
    expect(Number(deniedMore)).toBe(20_000 - 200)
    expect(authorize).toHaveBeenCalledTimes(100)
    expect(text().length).toBeLessThan(20_000)
    expect(hub.stats().clients).toBe(1)
  })

  it('keep a connected event short that are a megabyte long each', async () => {
    const { stream } = hubBench()
    const { text } = await stream(`?topics=${Array.from({ length: 5 }, () => 'ü'.repeat(1_000_000)).join()}`)
    expect(text().length).toBeLessThan(5000)
  })

  it('are asked of authorize all at once, and keep their order', async () => {
    const answers: (() => void)[] = []
    const { hub } = hubBench({
      authorize: (_, topic) => new Promise((resolve) => answers.push(() => resolve(topic !== 't1'))),
    })
    const names = Array.from({ length: 50 }, (_, n) => `t${n}`)
    const opened = hub.fetch(new Request(`${ORIGIN}/events?topics=${names.join()}`))
    await vi.waitFor(() => expect(answers).toHaveLength(50))
    for (const answer of answers.reverse()) answer()
    await opened
    expect(hub.clients()[0]?.topics).toEqual(names.filter((name) => name !== 't1'))
  })

  it('refuse the stream if authorize fails for one of them, which is reported once: nothing is lost', async () => {
    let broken = true
    const { stream, ask, errors } = hubBench({
      async authorize(_, topic) {
        if (broken && topic !== 'a') throw new Error(`no database for ${topic}`)
        return true
      },
    })
    expect((await ask('/events?topics=a,b,c')).status).toBe(500)
    expect(errors).toEqual([['authorize', 'Error: no database for b']])
    broken = false
    expect((await stream('?topics=a,b,c')).find('connected')?.['topics']).toEqual(['a', 'b', 'c'])
  })

  it('are the same in each spelling of Unicode: joined, asked of authorize, and published to', async () => {
    const authorize = vi.fn(() => true)
    const canPublish = vi.fn(() => true)
    const { hub, stream, post, clock } = hubBench({ authorize, canPublish })
    const { find, payloads, text } = await stream('?topics=pru%CC%88fung,%E6%B3%A8%E6%96%87.*')
    expect(find('connected')?.['topics']).toEqual(['prüfung', '注文.*'])
    expect(authorize).toHaveBeenCalledWith({}, 'prüfung')
    await hub.toTopic('prüfung', 'x', 1)
    await hub.toTopic('pru\u0308fung', 'x', 2)
    await hub.publish('x', 3, { resource: 'pru\u0308fung' })
    await hub.toTopic('注文.東京', 'x', 4)
    expect(await post({ event: 'x', data: 5, topic: 'pru\u0308fung' })).toMatchObject({ body: { delivered: 1 } })
    expect(canPublish).toHaveBeenCalledWith({}, { event: 'x', data: 5, topic: 'prüfung' })
    await clock.settle()
    expect(payloads()).toEqual([1, 2, 3, 4, 5])
    expect(text().match(/^: topic .*$/gm)).toEqual([
      ...Array.from({ length: 3 }, () => ': topic prüfung'),
      ': topic 注文.東京',
      ': topic prüfung',
    ])
  })

  const paths = { '/sse/:stream/:channel': ':stream.:channel' }

  it('stand in an address', async () => {
    const { hub, clock } = hubBench({ paths })
    const response = await hub.fetch(new Request(`${ORIGIN}/sse/orders/eu?topics=jobs`))
    expect(response.status).toBe(200)
    expect(hub.clients()[0]?.topics).toEqual(['jobs', 'orders.eu'])
    // Words of the hub's own are no exception there.
    for (const word of ['stats', 'health'])
      expect((await hub.fetch(new Request(`${ORIGIN}/sse/orders/${word}`))).headers.get('content-type')).toBe(
        'text/event-stream',
      )
    await clock.settle()
  })

  it.each([
    ['/sse/orders/a%20b', 404],
    ['/sse/orders/*', 404],
    ['/sse/orders/%E0%A4%A', 404],
    ['/sse/secret/eu', 403],
  ])('are refused in the address %s with %s', async (path, status) => {
    const { ask } = hubBench({ paths, authorize: (_, topic) => !topic.startsWith('secret') })
    expect((await ask(path)).status).toBe(status)
  })
})

describe('a topic that an address stands for', () => {
  const paths = { '/sse/:stream/:channel': ':stream.:channel' }

  it('refuses the stream if it is full', async () => {
    const { hub, ask, clock } = hubBench({ paths, limits: { perTopic: 1 } })
    const first = await hub.fetch(new Request(`${ORIGIN}/sse/orders/eu`))
    const second = await ask('/sse/orders/eu?topics=jobs')
    expect(second).toMatchObject({ status: 429, body: { error: { code: 'per-topic' } } })
    expect(second.headers.get('retry-after')).toBe('30')
    expect((await hub.fetch(new Request(`${ORIGIN}/sse/orders/us?topics=orders.eu`))).status).toBe(200)
    expect(hub.clients().map(({ topics }) => topics)).toEqual([['orders.eu'], ['orders.us']])
    await first.body?.cancel()
    await clock.settle()
    expect((await hub.fetch(new Request(`${ORIGIN}/sse/orders/eu`))).status).toBe(200)
  })

  it('is joined ahead of a list that is too long', async () => {
    const { hub } = hubBench({ paths, limits: { topics: 2 } })
    await hub.fetch(new Request(`${ORIGIN}/sse/orders/eu?topics=a,b,c`))
    expect(hub.clients()[0]?.topics).toEqual(['a', 'orders.eu'])
  })

  it('refuses the stream where no topics may be joined', async () => {
    const answer = await hubBench({ paths, limits: { topics: 0 } }).ask('/sse/orders/eu')
    expect(answer).toMatchObject(refusal(429, 'topics', 'a client may join 0 topics'))
  })
})

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
      refusal(400, 'target', 'the tenant is that of the caller, or the one that canPublish answers with: leave it out'),
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
        ['canPublish', expect.stringMatching(/^TypeError: canPublish wants to answer true, false or/)],
      ])
      expect(hub.stats().published).toBe(0)
    },
  )

  it.each<[what: string, body: object, message: string]>([
    ['a name that is none', { event: 7 }, "an event's name wants to be a string that is not empty, got 7"],
    ['an empty name', { event: '' }, 'an event\'s name wants to be a string that is not empty, got ""'],
    [
      'a name with a line end',
      { event: 'a\ndata: forged' },
      'event has a line end or NUL in it, which would forge or void a field: "a\\ndata: forged"',
    ],
    [
      'a name with NUL',
      { event: 'a\0' },
      'event has a line end or NUL in it, which would forge or void a field: "a\\u0000"',
    ],
    ['a name that is too long', { event: 'a'.repeat(201) }, "an event's name has at most 200 characters, this one 201"],
    [
      'a name of the protocol',
      { event: 'connected' },
      "connected is a name of the protocol's own (connected, gap, live, ping, subscribed, goodbye): choose another",
    ],
    [
      'a topic with a line end',
      { event: 'x', topic: 'a\rb' },
      'topic wants a topic (letters, marks and numbers of any script and . _ : / -, at most 200 characters), got "a\\rb"; without topic it is everyone',
    ],
    [
      'a wildcard to publish to',
      { event: 'x', topic: '*' },
      'topic wants a topic (letters, marks and numbers of any script and . _ : / -, at most 200 characters), got "*"; without topic it is everyone',
    ],
    [
      'a field that does not exist',
      { event: 'x', user: 'bob' },
      'the body takes no user; it takes event, data, topic, resource, userId, sessionId, sessionIds, clientIds, except, key, volatile',
    ],
    [
      'a user that is none',
      { event: 'x', userId: null },
      'userId wants a string, got null; without userId it is everyone',
    ],
    [
      'clients that are no list',
      { event: 'x', clientIds: 'a' },
      'clientIds wants a list of strings, got "a"; without clientIds it is everyone',
    ],
    ['a key that is no text', { event: 'x', key: 7 }, 'key wants a string, got 7'],
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

describe('a body', () => {
  const open: HubOptions = { canPublish: () => true }
  const OTHER = 'send application/json, not '

  it.each([
    ['text/plain', OTHER],
    ['application/x-www-form-urlencoded', OTHER],
    ['multipart/form-data', OTHER],
    ['application/jsonp', OTHER],
  ])('is refused with the type %s, as a page anywhere could send it', async (type) => {
    const { post } = hubBench(open)
    expect(await post('{"event":"x"}', '/events', { 'content-type': type })).toMatchObject(
      refusal(415, 'content-type', OTHER + type),
    )
  })

  it('may name its character set', async () => {
    const { post } = hubBench(open)
    expect((await post({ event: 'x' }, '/events', { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(
      200,
    )
  })

  it.each([
    ['{', 400, 'json'],
    ['', 400, 'json'],
    ['[]', 400, 'json'],
    ['"event"', 400, 'json'],
    ['null', 400, 'json'],
    ['{}', 400, 'body'],
    ['{"data":1}', 400, 'body'],
  ])('is refused if it is %j, with %s %s', async (body, status, code) => {
    const { post } = hubBench(open)
    expect(await post(body)).toMatchObject({ status, body: { error: { code } } })
  })

  it('is refused if it is too large, whatever its content-length says', async () => {
    const { ask, post } = hubBench(open)
    expect(await post({ event: 'x', data: 'a'.repeat(16 * 1024) })).toMatchObject(
      refusal(413, 'too-large', 'a body may have 16384 bytes; the option limits.body says so'),
    )
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: endless, duplex: 'half' }
    expect((await ask('/events', init as RequestInit)).status).toBe(413)
    expect(pulled).toBeLessThan(20)
  })

  it('is refused if it breaks off, and no error is reported', async () => {
    const { ask, errors } = hubBench(open)
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('gone'))
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: broken, duplex: 'half' }
    expect((await ask('/events', init as RequestInit)).status).toBe(400)
    expect(errors).toEqual([])
  })

  it('breaks nothing if its bytes are no UTF-8', async () => {
    const { ask } = hubBench(open)
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Uint8Array.of(0x7b, 0xff, 0x7d),
    }
    expect((await ask('/events', init)).status).toBe(400)
  })
})

describe('an origin', () => {
  const origins = ['https://app.example']
  const from = (origin: string) => ({ origin })

  it.each([
    ['none, as of a server', {}, {}],
    ['its own', from('https://hub.test'), {}],
    ['its own, with a port that goes without saying', { ...from('https://hub.test'), host: 'hub.test:443' }, {}],
    [
      'one that is allowed',
      from('https://app.example'),
      { 'access-control-allow-origin': 'https://app.example', vary: 'origin' },
    ],
  ])('%s may connect', async (_, headers, expected) => {
    const { stream } = hubBench({ origins })
    const { response } = await stream('', headers)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject(expected)
    expect(response.headers.has('access-control-allow-origin')).toBe('access-control-allow-origin' in expected)
  })

  it.each([
    'https://evil.example',
    'null',
    'https://app.example:8443',
    'http://app.example',
    'https://hub.test.evil.example',
    'x',
  ])('%s may neither connect nor post', async (origin) => {
    const { ask, post, hub } = hubBench({ origins, canPublish: () => true })
    const expected = refusal(403, 'origin', `pages of ${origin} may not GET here; the option origins lets them`)
    expect(await ask('/events', { headers: { origin } })).toMatchObject(expected)
    const answer = await post({ event: 'x' }, '/events', { origin })
    expect(answer.status).toBe(403)
    // So that the page's script can read the reason. Nothing else is sent, and no credentials are allowed.
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin === 'x' ? null : origin)
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    expect(hub.stats().published).toBe(0)
  })

  it.each(['cross-site', 'same-site'])(
    'may not connect if it is not named, and the browser calls it %s',
    async (site) => {
      const { ask } = hubBench({ origins })
      expect(await ask('/events', { headers: { 'sec-fetch-site': site } })).toMatchObject(
        refusal(403, 'origin', 'pages of another origin may use this with CORS alone'),
      )
    },
  )

  it.each(['none', 'same-origin'])('may connect if it is not named, and the browser calls it %s', async (site) => {
    const { stream } = hubBench({ origins })
    expect((await stream('', { 'sec-fetch-site': site })).response.status).toBe(200)
  })

  it('may read refusals, too, if it is allowed', async () => {
    const { ask } = hubBench({ origins, authenticate: () => null })
    const { status, headers } = await ask('/events', { headers: from('https://app.example') })
    expect(status).toBe(401)
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('access-control-expose-headers')).toContain('retry-after')
  })

  it('asks ahead, and the answer says what it may send', async () => {
    const { ask } = hubBench({ origins, authenticate: () => null })
    const headers = { origin: 'https://app.example', 'access-control-request-headers': 'authorization, last-event-id' }
    const answer = await ask('/events', { method: 'OPTIONS', headers })
    expect(answer.status).toBe(204)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-headers': 'authorization, last-event-id',
      'access-control-allow-methods': 'GET, POST',
    })
    expect((await ask('/events', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).status).toBe(403)
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

describe('a token is read from', () => {
  const request = (headers: Record<string, string>, query = '') => new Request(`${ORIGIN}/events${query}`, { headers })
  const from = { cookie: 'session', query: 'token' }

  it.each([
    ['the header', request({ authorization: 'Bearer abc' }), 'abc'],
    ['the header, first', request({ authorization: 'bearer abc', cookie: 'session=def' }, '?token=ghi'), 'abc'],
    ['no cookie that has no value', request({ cookie: 'sessionx; session=; session' }, '?token=ghi'), 'ghi'],
    ['the cookie', request({ cookie: 'a=b; session=d%20f; c' }, '?token=ghi'), 'd f'],
    ['a cookie in quotes, badly encoded', request({ cookie: 'session="%zz"' }), '%zz'],
    ['the query', request({ cookie: 'xsession=1' }, '?token=ghi'), 'ghi'],
    ['nowhere', request({ authorization: 'Basic abc', cookie: 'other=session=1' }, '?token='), undefined],
  ])('%s', (_, asked, token) => {
    expect(readToken(asked, from)).toBe(token)
  })

  it('nowhere but the header unless said', () => {
    expect(readToken(request({ cookie: 'session=1' }, '?token=2'))).toBeUndefined()
  })
})
