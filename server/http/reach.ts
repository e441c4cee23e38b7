import { parseId } from '../log/cursor.ts'
import { Refusal } from '../wire/refusal.ts'
import type { HttpParts } from './parts.ts'

/**
 * A client may come from a process that has read further in the log than this one: this one reads up to its cursor first. Without
 * that, the client would have a gap, and events that it has.
 * @throws Refusal 503 if the log cannot be reached.
 */
export async function reachCursor(
  { settings: { log }, observers }: Pick<HttpParts, 'settings' | 'observers'>,
  requested: string,
): Promise<void> {
  const cursor = parseId(requested)
  if (!cursor || !log.reach || (cursor.epoch === log.epoch && cursor.seq <= log.head)) return
  try {
    await log.reach(cursor.epoch, cursor.seq)
  } catch (error) {
    observers.call('onError', error, 'log')
    throw new Refusal(503, 'log', 'the log cannot be reached, and has to be for this cursor', { 'retry-after': '5' })
  }
}
