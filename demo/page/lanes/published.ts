import type { Published } from '../../shared/events.ts'
import type { Lane } from './lane.ts'

/*
 * Asks the server, now and then, what it has published for this user. The lanes are counted against its answers.
 */

/** In milliseconds. */
const EVERY = 1000
/** An event may need a moment from the server's log to the page. It is counted after this time, in milliseconds. */
const GRACE = 700

/**
 * @param cursor - The id of the event after which the count begins.
 * @param ask - Asks what was published after an event.
 */
export async function watchPublished(
  cursor: string,
  ask: (cursor: string) => Promise<Published>,
  lanes: readonly Lane[],
): Promise<never> {
  for (;;) {
    await sleep(EVERY - GRACE)
    // A server that is down publishes nothing. It is asked again.
    const published = await ask(cursor).catch(() => undefined)
    await sleep(GRACE)
    if (!published) continue
    cursor = published.cursor
    for (const lane of lanes)
      if (published.isNew) lane.restart(cursor)
      else lane.publish(published.entries)
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
