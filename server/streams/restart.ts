import { type Client, concernOf } from '../audience/client.ts'
import { formatId } from '../log/cursor.ts'
import { gapFrame, liveFrame } from '../wire/frames.ts'
import type { HubContext } from './context.ts'
import { mayHaveMail } from './mail-list.ts'
import type { Streams } from './streams.ts'

/*
 * What follows for streams that are open when the log gives up their place.
 */

/**
 * A client does not get what was still to come. If there may be mail in it, its stream ends: the client resumes with the cursor of
 * what it has. With a cursor of the new place it would acknowledge mail that it never had.
 */
export function endIfMailed({ settings }: Pick<HubContext, 'settings'>, streams: Streams, client: Client): void {
  if (mayHaveMail(settings.mailbox.store, client.principal.userId)) streams.end(client, 'overflow')
}

/**
 * The log has begun again: every client has a gap now, and goes on from there.
 * @param dropped - The clients that lose events that waited for the filter.
 */
export function restartStreams(context: HubContext, streams: Streams, dropped: readonly Client[]): void {
  const { registry, settings } = context
  const { log } = settings
  const resumedFrom = formatId(log.epoch, log.head)
  for (const client of registry.all()) if (!client.live) endIfMailed(context, streams, client)
  for (const client of dropped) endIfMailed(context, streams, client)
  for (const client of registry.all()) {
    client.after = log.head
    client.sentSeq = log.head
    streams.send(client, gapFrame({ reason: 'epoch', requested: '', resumedFrom, topics: concernOf(client) }))
    // What it was being given is gone; from here on it is up to date.
    if (!client.live) streams.send(client, liveFrame(resumedFrom))
    client.live = true
  }
}
