import type { Shutdown } from '../streams/shutdown.ts'
import { Refusal } from '../wire/refusal.ts'

/** @throws Refusal 503 once the hub is closing, which says when to come back. */
export function refuseIfClosing({ closing }: Pick<Shutdown, 'closing'>): void {
  const seconds = closing()
  if (seconds !== undefined)
    throw new Refusal(503, 'closing', 'this server is stopping', { 'retry-after': `${seconds}` })
}
