import type { HubOptions } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { hubBench } from '../../support/reader.ts'

/** A stream of ada's, and a way to change its topics. */
async function setup(options: HubOptions = {}, query = '?user=ada&topics=orders') {
  const bench = hubBench(options)
  const reader = await bench.stream(query)
  const clientId = `${reader.find('connected')?.['clientId']}`
  const change = (body: object, path = '/events?user=ada') => bench.post({ clientId, ...body }, path)
  const words = () => reader.events().filter(({ type }) => type === 'subscribed')
  return { ...bench, reader, clientId, change, words }
}

describe('a change of topics', () => {
  it('is answered, and said in the stream: what comes after is complete', async () => {
    const { hub, reader, change, words, clock } = await setup()
    await hub.toTopic('jobs', 'x', 'before')
    const answer = await change({ rev: 1, add: ['jobs', 'news.*'], remove: ['orders'] })
    const { epoch } = hub.stats().log
    const expected = { rev: 1, topics: ['jobs', 'news.*'], cursor: `${epoch}-1` }
    expect(answer).toMatchObject({ status: 200, body: { ...expected, denied: [] } })
    for (const topic of ['orders', 'jobs', 'news.eu', 'news']) await hub.toTopic(topic, 'x', topic)
    await clock.settle()
    expect(words()).toEqual([{ type: 'subscribed', data: expected, id: undefined }])
    expect(reader.payloads()).toEqual(['jobs', 'news.eu'])
  })

  it('changes nothing if it comes late, or twice', async () => {
    const { hub, change, words, clock } = await setup()
    await change({ rev: 5, add: ['a'] })
    expect(await change({ rev: 5, add: ['b'] })).toMatchObject({
      status: 200,
      body: { rev: 5, topics: ['orders', 'a'] },
    })
    expect(await change({ rev: 4, remove: ['a', 'orders'] })).toMatchObject({ status: 200, body: { rev: 5 } })
    await clock.settle()
    expect(words()).toHaveLength(1)
    expect(hub.clients()[0]?.topics).toEqual(['orders', 'a'])
  })

  it('counts as a whole where it says so: what was missed before is in it', async () => {
    const { hub, change } = await setup()
    await change({ rev: 7, add: ['c'], remove: [], all: ['b', 'c'] })
    expect(hub.clients()[0]?.topics).toEqual(['b', 'c'])
    await change({ rev: 8, all: [] })
    expect(hub.clients()[0]?.topics).toEqual([])
  })

  it('takes one along that it overtakes while permission for that is still asked for', async () => {
    const asked = new Map<string, (allowed: boolean) => void>()
    const { hub, change, words, clock } = await setup({
      authorize: (_, topic) => topic === 'orders' || new Promise((resolve) => asked.set(topic, resolve)),
    })
    const first = change({ rev: 1, add: ['slow'] })
    await clock.settle()
    const answerSlow = asked.get('slow')
    const second = change({ rev: 2, remove: ['orders'] })
    await clock.settle()
    asked.get('slow')?.(true)
    await second
    answerSlow?.(true)
    await first
    await clock.settle()
    expect(hub.clients()[0]?.topics).toEqual(['slow'])
    expect(words().map(({ data }) => data)).toMatchObject([{ rev: 2, topics: ['slow'] }])
  })

  it('is asked of authorize, wildcards as such; what is refused is named', async () => {
    const { change, words, clock } = await setup({
      authorize: (_, topic) => !topic.includes('*'),
      limits: { perTopic: 1 },
    })
    expect(await change({ rev: 1, add: ['*', 'orders.*', 'jobs'] })).toMatchObject({
      body: {
        topics: ['orders', 'jobs'],
        denied: [
          { topic: '*', code: 'denied' },
          { topic: 'orders.*', code: 'denied' },
        ],
      },
    })
    await clock.settle()
    expect(words()[0]?.data).toMatchObject({ rev: 1, topics: ['orders', 'jobs'] })
  })

  it('does not join what is full', async () => {
    const { change, stream } = await setup({ limits: { perTopic: 1 } })
    await stream('?topics=jobs')
    expect(await change({ rev: 1, add: ['jobs'] })).toMatchObject({
      body: { topics: ['orders'], denied: [{ topic: 'jobs', code: 'full' }] },
    })
  })

  it('is not made if permission cannot be asked for, and may be asked for again', async () => {
    let broken = true
    const { hub, change, words, errors, clock } = await setup({
      authorize(_, topic) {
        if (topic === 'jobs' && broken) throw new Error('database')
        return true
      },
    })
    expect((await change({ rev: 1, add: ['jobs'] })).status).toBe(500)
    expect(errors).toEqual([['authorize', 'Error: database']])
    broken = false
    expect(await change({ rev: 1, add: ['jobs'] })).toMatchObject({ body: { topics: ['orders', 'jobs'] } })
    await clock.settle()
    expect(words()).toHaveLength(1)
    expect(hub.clients()[0]?.topics).toEqual(['orders', 'jobs'])
  })

  it('keeps to what a topic may hold where many come at once', async () => {
    const bench = hubBench({ limits: { perTopic: 1 }, authorize: async () => true })
    const readers = [await bench.stream('?user=a'), await bench.stream('?user=b'), await bench.stream('?user=c')]
    await Promise.all(
      readers.map(({ find }, n) =>
        bench.post({ clientId: find('connected')?.['clientId'], rev: 1, add: ['t'] }, `/events?user=${'abc'[n]}`),
      ),
    )
    expect(bench.hub.clients().filter(({ topics }) => topics.includes('t'))).toHaveLength(1)
  })

  it('is made with the first hundred of a thousand topics, and the rest is named or counted', async () => {
    const { hub, change, words, clock } = await setup({ limits: { body: 1 << 20 } })
    const answer = await change({ rev: 1, add: Array.from({ length: 1000 }, (_, n) => `t${n}`) })
    const topics = ['orders', ...Array.from({ length: 99 }, (_, n) => `t${n}`)]
    const { denied, deniedMore } = answer.body as { denied: unknown[]; deniedMore: number }
    expect(answer).toMatchObject({ status: 200, body: { rev: 1, topics } })
    expect(denied).toHaveLength(100)
    expect(denied).toContainEqual({ topic: 't99', code: 'too-many', message: 'a client may join 100 topics' })
    expect(deniedMore).toBe(1000 - 99 - 100)
    expect(hub.clients()[0]?.topics).toEqual(topics)
    expect(hub.stats().topicsRefused['too-many']).toBe(901)
    await clock.settle()
    expect(words()[0]?.data).toMatchObject({ rev: 1, topics, denied, deniedMore })
    // The next change has room for what it removes.
    expect(await change({ rev: 2, remove: ['t0', 't1'], add: ['a', 'b', 'c'] })).toMatchObject({
      body: { rev: 2, denied: [{ topic: 'c', code: 'too-many' }] },
    })
  })

  it('is made without what is no topic, which is named in the answer and in the stream', async () => {
    const { hub, change, words, clock } = await setup({ authorize: (_, topic) => topic !== 'secret' })
    const names = ['a b', 'jobs', 7, 'x'.repeat(201), { toString: 1 }, 'secret', 'pru\u0308fung']
    const answer = await change({ rev: 1, add: names, remove: ['a\n', null, 'nobody'] })
    const denied = [
      { topic: 'a b', code: 'invalid' },
      { topic: '7', code: 'invalid' },
      { topic: 'x'.repeat(200), code: 'invalid' },
      { topic: 'an object with toString', code: 'invalid' },
      { topic: 'secret', code: 'denied' },
    ]
    expect(answer).toMatchObject({ status: 200, body: { topics: ['orders', 'jobs', 'prüfung'], denied } })
    expect(hub.stats().topicsRefused).toEqual({ invalid: 4, denied: 1, full: 0, 'too-many': 0 })
    await clock.settle()
    expect(words()[0]?.data).toMatchObject({ rev: 1, topics: ['orders', 'jobs', 'prüfung'], denied })
    await change({ rev: 2, remove: ['prüfung', 'secret'] })
    await clock.settle()
    expect(words()[1]?.data).not.toHaveProperty('denied')
    expect(words()[1]?.data).toMatchObject({ topics: ['orders', 'jobs'] })
  })

  it('asks for all topics at once, and joins them in order', async () => {
    const asked: string[] = []
    const answers: (() => void)[] = []
    const { change, clock } = await setup({
      authorize(_, topic) {
        if (topic === 'orders') return true
        asked.push(topic)
        return new Promise((resolve) => answers.push(() => resolve(true)))
      },
    })
    const answer = change({ rev: 1, add: ['a', 'b', 'c'] })
    await clock.settle()
    expect(asked).toEqual(['a', 'b', 'c'])
    for (const each of answers.reverse()) each()
    expect(await answer).toMatchObject({ body: { topics: ['orders', 'a', 'b', 'c'] } })
  })

  it('is refused for a stream that does not exist or belongs to another: the answer does not say which', async () => {
    const { change, clientId, reader, clock } = await setup()
    const unknown = await change({ clientId: 'a'.repeat(22), rev: 1, add: ['a'] })
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'unknown-client' } } })
    const others = [
      await change({ rev: 1, add: ['a'] }, '/events?user=bob'),
      await change({ rev: 1, add: ['a'] }, '/events'),
      await change({ clientId: [clientId], rev: 1 }, '/events?user=eve'),
      await change({ clientId: '__proto__', rev: 1 }),
      await change({ clientId: null, rev: 1 }),
      await change({ clientId: { toString: 1 }, rev: 1 }),
    ]
    for (const { status, body } of others) expect({ status, body }).toEqual({ status: 404, body: unknown.body })
    await reader.leave()
    await clock.settle()
    expect((await change({ rev: 1, add: ['a'] })).status).toBe(404)
  })

  it.each<[what: string, body: object]>([
    ['no rev', { add: ['a'] }],
    ['rev 0', { rev: 0, add: ['a'] }],
    ['a rev that is no number', { rev: '1', add: ['a'] }],
    ['a rev with a fraction', { rev: 1.5, add: ['a'] }],
    ['topics that are no list', { rev: 1, add: 'a' }],
    ['topics to leave that are no list', { rev: 1, remove: { 0: 'a' } }],
    ['a whole set that is no list', { rev: 1, all: null }],
  ])('is refused for %s', async (_, body) => {
    const { change, hub } = await setup()
    expect((await change(body)).status).toBe(400)
    expect(hub.clients()[0]?.topics).toEqual(['orders'])
  })

  it('is refused to whose stream ends while permission is asked for', async () => {
    let allow = (_: boolean): void => {}
    const { change, reader, clock } = await setup({
      authorize: (_, topic) =>
        topic === 'orders' ||
        new Promise((resolve) => {
          allow = resolve
        }),
    })
    const answer = change({ rev: 1, add: ['slow'] })
    await clock.settle()
    await reader.leave()
    allow(true)
    expect((await answer).status).toBe(404)
  })
})
