import { EARLIEST } from '../log/cursor.ts'
import { allowedOf } from '../streams/request.ts'
import { Refusal } from '../wire/refusal.ts'
import { readStreamRequest } from './address.ts'
import { refuseIfClosing } from './closing.ts'
import type { HttpParts, Incoming } from './parts.ts'
import { reachCursor } from './reach.ts'

/**
 * Answers a GET that asks for a stream: who is it, what may it join, and is there room? Then the stream opens.
 * @throws Refusal if it does not.
 */
export async function getStream(parts: HttpParts, { request, url, fixed, host, connect }: Incoming): Promise<void> {
  const { settings, admission, authenticate, mayJoin, mayReadAll, openStream, shutdown } = parts
  const asked = readStreamRequest(url, request.headers, settings.limits.topics - (fixed === undefined ? 0 : 1))
  const { requested, denials } = asked
  admission.admit()
  const principal = await authenticate(request, host)
  const also = fixed === undefined || asked.topics.includes(fixed) ? [] : [fixed]
  const topics = await allowedOf([...asked.topics, ...also], (names) => mayJoin(principal, names), denials)
  if (fixed !== undefined && !topics.includes(fixed)) throw new Refusal(403, 'forbidden', 'you may not do this')
  const readsAll = requested === EARLIEST && (await mayReadAll(principal))
  await reachCursor(parts, requested)
  // Nothing is waited for between the check of a limit and the place that is taken.
  refuseIfClosing(shutdown)
  openStream(principal, { ...asked, topics, fixed }, readsAll, connect)
}
