import { createDenials, deniedIn } from '../../server/audience/denied.ts'
import { readTopics } from '../../server/streams/request.ts'
import type { Introduction } from '../../server/wire/frames.ts'
import type { MockRequest } from '../request/request.ts'
import type { Refusal } from '../script/step.ts'
import type { Exchange } from './exchange.ts'

/*
 * The POSTs of a client (docs/protocol.md): an event by `send()`, and topics that it wants or does not want any more. A
 * request for a stream with a body, as language models have, is none of these.
 */

interface Posted {
  readonly event?: unknown
  readonly clientId?: unknown
  readonly rev?: unknown
  readonly all?: unknown
}

/** The answer to what a client posts; undefined if the request is for a stream. */
export function answerPost(request: MockRequest, open: readonly Exchange[]): Refusal | undefined {
  const posted = readPost(request)
  if (!posted) return undefined
  if (typeof posted.event === 'string') return json(200, { id: '', delivered: open.length })
  const { clientId, rev, all } = posted
  if (typeof clientId !== 'string' || typeof rev !== 'number' || !Array.isArray(all)) return undefined
  const exchange = open.find(({ introduction }) => introduction?.clientId === clientId)
  if (!exchange)
    return json(404, { error: { code: 'unknown-client', message: 'no stream is open with this clientId' } })
  const { topics, ...denied } = grantTopics(all)
  return json(200, { rev, topics, denied: [], ...denied, cursor: exchange.subscribed(rev, topics, denied) })
}

/** The grants of a hub without limits: every topic that has the name of one. */
export function grantTopics(names: readonly unknown[]): Pick<Introduction, 'topics' | 'denied' | 'deniedMore'> {
  const denials = createDenials()
  const topics = readTopics(names, Infinity, denials)
  return { topics, ...deniedIn(denials, new Set()) }
}

function readPost({ method, headers, body }: MockRequest): Posted | undefined {
  const { accept = '', 'content-type': type = '' } = headers
  if (method !== 'POST' || accept.includes('text/event-stream') || !type.includes('json')) return undefined
  try {
    return Object(JSON.parse(body))
  } catch {
    return undefined
  }
}

const json = (status: number, value: object): Refusal => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})
