import { createHub, type HubOptions, readToken } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * What the operator of a hub sees and does, over real HTTP: who is connected, who may read and post from where, and how often.
 */

async function serve(options: HubOptions = {}) {
  const hub = createHub({ heartbeat: false, ...options })
  const { url } = await serveHub(hub)
  /** Opens a stream, and collects what it brings. */
  async function open(path = '', headers: Record<string, string> = {}) {
    const response = await fetch(url + path, { headers })
    const stream = { response, text: '', closed: false }
    async function read(): Promise<void> {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) stream.text += chunk
    }
    void read()
      .catch(() => {})
      .then(() => {
        stream.closed = true
      })
    await eventually(() => expect(stream.text).toContain('event: live'))
    return stream
  }
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  return { hub, url, open, post }
}

const USERS = new Map([
  ['t1', { userId: 'secret-ada', sessionId: 'secret-s1', tenant: 'secret-acme', role: 'secret-admin' }],
  ['t2', { userId: 'secret-ada', sessionId: 'secret-s2', tenant: 'secret-acme' }],
  ['t3', { userId: 'secret-bob', sessionId: 'secret-s3' }],
])
const authenticate = (request: Request) => USERS.get(readToken(request) ?? '')
const as = (token: string) => ({ authorization: `Bearer ${token}` })

describe('the operator', () => {
  it('knows whose a stream is, and no client is told', async () => {
    const told: unknown[] = []
    const { hub, open, url } = await serve({
      authenticate,
      onConnect: ({ principal, topics, recovered }) => told.push(['connect', principal.sessionId, topics, recovered]),
      onReplay: ({ principal, events }) => told.push(['replay', principal.sessionId, events]),
      onDisconnect: ({ principal, reason }) => told.push(['disconnect', principal.sessionId, reason]),
    })
    const ada = await open('?topics=room', as('t1'))
    await hub.toTopic('room', 'n', 1)
    const other = await open(`?topics=other&lastEventId=${hub.stats().log.epoch}-0`, as('t2'))
    const bob = await open('?topics=*', as('t3'))
    expect(told).toEqual([
      ['connect', 'secret-s1', ['room'], false],
      ['connect', 'secret-s2', ['other'], true],
      ['replay', 'secret-s2', 0],
      ['connect', 'secret-s3', ['*'], false],
    ])
    expect(hub.presence('room').map(({ sessionId }) => sessionId)).toEqual(['secret-s1', 'secret-s3'])
    expect(hub.presence({ userId: 'secret-ada' }).map(({ clientIds }) => clientIds.length)).toEqual([1, 1])
    expect(hub.presence()).toHaveLength(3)
    expect(hub.clients().map(({ principal }) => principal)).toEqual([...USERS.values()])

    expect(hub.kick({ sessionId: 'secret-s2' })).toBe(1)
    await eventually(() => expect([ada.closed, other.closed, bob.closed]).toEqual([false, true, false]))
    expect(hub.kick({ clientId: `${hub.presence('room')[0]?.clientIds[0]}` })).toBe(1)
    expect(hub.kick({ userId: 'secret-bob' })).toBe(1)
    await eventually(() => expect([ada.closed, bob.closed]).toEqual([true, true]))
    expect(told.slice(4)).toEqual([
      ['disconnect', 'secret-s2', 'kicked'],
      ['disconnect', 'secret-s1', 'kicked'],
      ['disconnect', 'secret-s3', 'kicked'],
    ])

    const answers: string[] = [ada, other, bob].flatMap(({ text, response }) => [
      text,
      JSON.stringify([...response.headers]),
    ])
    for (const path of ['/stats', '/metrics', '/health', '/reset', '?topics=%00']) {
      const answer = await fetch(url + path, { method: path === '/reset' ? 'POST' : 'GET', headers: as('t1') })
      if (path.startsWith('?')) await answer.body?.cancel()
      else answers.push(await answer.text())
      answers.push(JSON.stringify([...answer.headers]))
    }
    expect(answers.join('\n')).not.toContain('secret')
  })

  it('decides what …/metrics looks like', async () => {
    const { url, open } = await serve({
      metrics: ({ clients, connections, delivered, errors }) => ({
        activeConnections: clients,
        totalConnections: connections,
        eventsDispatched: delivered,
        errors,
      }),
    })
    await open()
    const figures = { activeConnections: 1, totalConnections: 1, eventsDispatched: 0, errors: {} }
    expect(await (await fetch(`${url}/metrics`)).json()).toEqual(figures)
    expect(await (await fetch(`${url}/stats`)).json()).toMatchObject({ clients: 1, connections: 1 })
  })

  it('decides how often a user may post', async () => {
    // So slow that no token comes back while the test runs.
    const { post, hub } = await serve({ authenticate, canPublish: () => true, limits: { postsPerSecond: 0.001 } })
    expect((await post({ event: 'x' }, as('t1'))).status).toBe(200)
    const refused = await post({ event: 'x' }, as('t2'))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1000'])
    expect(await refused.json()).toMatchObject({ error: { code: 'rate' } })
    expect((await post({ event: 'x' }, as('t3'))).status).toBe(200)
    expect(hub.stats()).toMatchObject({ published: 2, errors: { rate: 1 } })
  })
})

describe('a page of another origin', () => {
  const page = { origin: 'https://page.example' }

  it('can read why it is refused', async () => {
    const { url, post, hub } = await serve({ canPublish: () => true })
    for (const answer of [
      await fetch(url, { headers: page }),
      await post({ event: 'x' }, page),
      await fetch(url, { method: 'OPTIONS', headers: { ...page, 'access-control-request-method': 'POST' } }),
    ]) {
      expect([answer.status, await answer.json()]).toEqual([
        403,
        { error: { code: 'origin', message: expect.stringContaining('https://page.example') } },
      ])
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://page.example')
      expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
      expect(answer.headers.get('vary')).toBe('origin')
    }
    expect(hub.stats()).toMatchObject({ connections: 0, published: 0 })
  })

  it('may read a public hub, without credentials', async () => {
    const { open, url } = await serve({ cors: '*' })
    const { response } = await open('', page)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    const refused = await fetch(url, { headers: { ...page, cookie: 'session=1' } })
    expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code: 'credentials' } }])
  })
})
