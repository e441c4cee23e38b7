import { type HubOptions, refuse } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { hubBench, ORIGIN } from '../../support/reader.ts'

/*
 * A GET that asks for a stream, as a client of the hub sees it.
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
      'TypeError: userId expects a string, got number 7',
    ],
    [
      'takes seconds for milliseconds',
      () => ({ expires: 1_795_224_502 }),
      'TypeError: expires expects epoch milliseconds, and that looks like seconds: multiply it by 1000; got 1795224502',
    ],
  ])('is refused if authenticate %s, and the answer does not say why', async (_, authenticate, told) => {
    const { hub, ask, errors } = hubBench({ authenticate })
    const answer = await ask('/events')
    expect(answer).toMatchObject(refusal(500, 'internal', 'the server has failed; try again later'))
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
    expect(await ask('/events')).toMatchObject(refusal(500, 'internal', 'the server has failed; try again later'))
    expect(errors).toEqual([
      [
        'authenticate',
        `TypeError: authenticate must answer with a principal, which is an object, or with null; got ${got}`,
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
        { topic: 'secret', code: 'denied', message: 'you may not join this topic' },
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
    await eventually(() => expect(answers).toHaveLength(50))
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
