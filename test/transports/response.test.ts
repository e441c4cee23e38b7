import { describe, expect, it } from 'vitest'
import { failure, refusal } from '../../src/transports/response.ts'

const respond = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers })
const judged = (response: Response): unknown => refusal(response, 'https://a.test/events?token=secret', 0)

describe('a content type', () => {
  it.each([
    ['text/event-stream', true],
    ['TEXT/EVENT-STREAM', true],
    [' text/event-stream ;charset=utf-8', true],
    ['text/event-stream; charset="utf-8"', true],
    ['text/html, text/event-stream', true],
    ['text/event-stream, text/html', false],
    ['text/event-streamx', false],
    ['xtext/event-stream', false],
    ['text/html; x=text/event-stream', false],
    ['application/json', false],
    ['', false],
  ])('%j opens a stream: %j', (type, opens) => {
    const verdict = judged(respond(200, { 'content-type': type }))
    if (opens) expect(verdict).toBeUndefined()
    else expect(verdict).toMatchObject({ code: 'content-type' })
  })

  it('is wanted', () => {
    expect(judged(respond(200))).toMatchObject({ code: 'content-type' })
  })
})

describe('a status', () => {
  it.each([201, 202, 205, 301, 304, 400, 403, 404, 500, 503])('%i is an http error with it', (status) => {
    const verdict = judged(respond(status, { 'content-type': 'text/event-stream' }))
    expect(verdict).toMatchObject({ code: 'http', status, message: `https://a.test/events: status ${status}` })
  })

  it('401 has a code of its own', () => {
    expect(judged(respond(401))).toMatchObject({ code: 'unauthorized', status: 401 })
  })

  it('0 is a redirect that was not to be followed, as browsers tell it', () => {
    const { url, message } = { url: 'https://a.test/events', message: (judged(Response.error()) as Error).message }
    expect(message).toBe(`${url}: a redirect, which would take your headers along: use the address it leads to`)
  })

  it('204 means not to come back', () => {
    expect(judged(respond(204, { 'content-type': 'text/event-stream' }))).toBe('stop')
  })

  it('comes with Retry-After', () => {
    expect(judged(respond(503, { 'retry-after': '7' }))).toMatchObject({ retryAfter: 7000 })
  })
})

it('an error names the URL without its query, which may hold a token', () => {
  expect(failure('https://a.test/e?token=secret', 'network', 'gone').message).toBe('https://a.test/e: gone')
})
