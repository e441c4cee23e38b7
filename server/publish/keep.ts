import type { Clock } from '../../src/index.ts'
import type { Registry } from '../audience/registry.ts'
import type { LogEntry } from '../log/log.ts'
import { isOver } from '../log/mailbox.ts'
import type { Counters } from '../observe/counters.ts'
import type { MailSettings } from './mail-options.ts'

/**
 * Keeps an event for the user that it is for.
 * @param epoch - In which the log has numbered it.
 * @param isCurrent - That is still the log's epoch. If not, streams that are open may not have been given it.
 */
export type Keep = (entry: LogEntry, epoch: string, isCurrent: boolean) => Promise<void>

/** The parts of a hub that keeping needs. */
export interface KeepParts {
  readonly registry: Pick<Registry, 'countOfUser'>
  readonly counters: Pick<Counters, 'mailbox'>
  readonly clock: Clock
  /** A mailbox was full, and its oldest mail is lost. Called once. */
  full(error: Error): void
}

/** @returns Rejects with what the mailbox throws. */
export function createKeep(
  { store, perUser, maxAge }: MailSettings,
  { registry, counters, clock, full }: KeepParts,
): Keep {
  let isKnown = false

  return async (entry, epoch, isCurrent) => {
    const { userId } = entry.to
    if (userId === undefined) return
    const until = maxAge === Infinity ? null : entry.at + maxAge
    // Streams that are open are sent it now, or by the replay that they are in the middle of.
    await store.add(userId, { entry, epoch, until, sent: isCurrent && registry.countOfUser(userId) > 0 })
    counters.mailbox.kept++
    const mails = await store.list(userId)
    const over = mails.filter((mail) => isOver(mail, clock.now()))
    const excess = mails
      .filter((mail) => !over.includes(mail))
      .slice(0, Math.max(mails.length - over.length - perUser, 0))
    if (over.length + excess.length)
      await store.acknowledge(
        userId,
        [...over, ...excess].map(({ seq }) => seq),
      )
    counters.mailbox.dropped += excess.length
    if (excess.length === 0 || isKnown) return
    isKnown = true
    full(new Error(`mailbox.perUser is ${perUser}: the mailbox of a user was full, and its oldest event is lost`))
  }
}
