import type { Case } from './case.ts'
import { type Site, within } from './site.ts'
import { type Client, isPromised } from './terms.ts'

/*
 * What a client asks of a hub, beside the stream.
 */

/** How a promise is settled; undefined: not before the limit. */
const outcome = (site: Site, promise: Promise<unknown>): Promise<{ value?: unknown; error?: unknown } | undefined> =>
  within(
    site.limit,
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  )

/** Complains of a call that does not end, or rejects with what the documents do not promise. */
async function checkEnd(site: Site, name: string, promise: Promise<unknown>, complaints: string[]): Promise<void> {
  const found = await outcome(site, promise)
  if (!found) complaints.push(`${name} does not end`)
  else if ('error' in found && !isPromised(found.error)) complaints.push(`${name} rejects with ${found.error}`)
}

/** Sends one event after the other. Each call ends. */
export async function sendAll(
  site: Site,
  { send }: Client,
  { sends = 0, posts = [] }: Case,
  complaints: string[],
): Promise<void> {
  if (!send || !sends) return
  for (let n = 0; n < sends + posts.length; n++) await checkEnd(site, 'send()', send('note', { n }), complaints)
}

/** The client is open: once the answers are used up, a call succeeds. */
export async function sendLast(
  site: Site,
  { send }: Client,
  { sends, posts = [] }: Case,
  complaints: string[],
): Promise<void> {
  if (!send || !sends) return
  let last: unknown
  // While the client was closed, calls did not reach the server.
  for (let n = 0; n <= posts.length; n++) {
    last = await outcome(site, send('note', 'last'))
    if (JSON.stringify(last) === '{"value":{"delivered":1}}') return
  }
  complaints.push(`honest send(): ${JSON.stringify(last)}`)
}

/** Joins one topic after the other. Each is granted or refused. */
export async function joinAll(
  site: Site,
  { topic }: Client,
  { joins = 0, posts = [] }: Case,
  complaints: string[],
): Promise<void> {
  if (!topic || !joins) return
  for (let n = 0; n < joins + posts.length; n++) {
    const name = `topic-${n}`
    topic(name).subscribe(() => {})
    await checkEnd(site, 'joined()', topic(name).joined(), complaints)
  }
}
