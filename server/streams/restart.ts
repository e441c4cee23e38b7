import { type Client, concernOf } from '../audience/client.ts'
import { formatId } from '../log/cursor.ts'
import { gapFrame, liveFrame } from '../wire/frames.ts'
import type { HubContext } from './context.ts'
import { mayHaveMail } from './mail-list.ts'
import type { Streams } from './streams.ts'

/* The effect on open streams when the log gives up their place. */

/**
 * A client does not get what was still to come. If there may be mail in it, its stream ends: the client resumes with the cursor of
 * what it has. With a cursor of the new place it would acknowledge mail that it never had.
 */
export function endIfMailed({ settings }: Pick<HubContext, 'settings'>, streams: Streams, client: Client): void {
  if (mayHaveMail(settings.mailbox.store, client.principal.userId)) streams.end(client, 'overflow')
}

/** How the log has begun again. */
export interface Restart {
  /** The clients that lose events that waited for the filter. */
  readonly dropped: readonly Client[]
  /** If not, it goes on behind events that no client got. */
  readonly hasNewEpoch: boolean
}

/** The log has begun again: every client has a gap now, and goes on from there. */
export function restartStreams(context: HubContext, streams: Streams, { dropped, hasNewEpoch }: Restart): void {
  const { registry, settings } = context
  const { log } = settings
  const resumedFrom = formatId(log.epoch, log.head)
  const reason = hasNewEpoch ? 'epoch' : 'expired'
  for (const client of registry.all()) if (!client.live || !hasNewEpoch) endIfMailed(context, streams, client)
  for (const client of dropped) endIfMailed(context, streams, client)
  for (const client of registry.all()) {
    client.after = log.head
    client.sentSeq = log.head
    streams.send(client, gapFrame({ reason, requested: '', resumedFrom, topics: concernOf(client) }))
    // The events of its replay are gone; from here on it is up to date.
    if (!client.live) streams.send(client, liveFrame(resumedFrom))
    client.live = true
  }
}
