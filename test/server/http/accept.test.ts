import { describe, expect, it } from 'vitest'
import { hubBench, ORIGIN } from '../../support/reader.ts'

/*
 * What is the same for all requests over HTTP.
 */

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

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
    const expected = refusal(
      403,
      'origin',
      `pages of ${origin} may not GET here: name the origin in the option origins`,
    )
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
        refusal(403, 'origin', 'a page of another site must use CORS'),
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
