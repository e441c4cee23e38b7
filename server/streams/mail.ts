import { isThenable } from '../../src/base/errors.ts'
import type { Client } from '../audience/client.ts'
import { formatId, formatMailId, parseId } from '../log/cursor.ts'
import { isOver, type Mail } from '../log/mailbox.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubSettings } from '../options/settings.ts'
import type { Delivery } from '../publish/delivery.ts'
import type { Parcel } from '../publish/parcel.ts'
import { type Due, dueOf, type Standing } from './due.ts'

/*
 * Mail on its way to a stream that opens: ahead of the events that it missed, each with an id that says how far it has got.
 */

/** The mail of one stream that opens. */
export interface Delivered {
  /** There may be mail to send: the stream's first ids must not stand behind it. */
  readonly isPending: boolean
  /** Forgets what the client has, and sends the rest. It does not reject. */
  send(client: Client): Promise<void>
}

/** Mail of all streams. */
export interface MailRoom {
  /** @returns Undefined if nothing is kept for this user. */
  open(userId: string | undefined, requested: string, standing: Omit<Standing, 'cursor'>): Delivered | undefined
  /** Whether something may be kept for this user. A mailbox that answers later may always have something. */
  mayHold(userId: string | undefined): boolean
  /** A client has gone: what its mail waits for is not waited for any longer. */
  left(client: Client): void
}

export function createMail(
  { log, clock, mailbox: { store } }: HubSettings,
  counters: Counters,
  delivery: () => Delivery,
  tell: (client: Client, frame: Uint8Array) => void,
  failed: (error: unknown) => void,
): MailRoom {
  /** For each client that waits for the filter, how it stops waiting. */
  const waiting = new Map<Client, () => void>()

  /** The answer of the filter may be still to come. Nothing is for a client that has gone. */
  async function isFor(client: Client, parcel: Parcel): Promise<boolean> {
    if (client.ended) return false
    const answer = parcel.isFor(client)
    if (typeof answer === 'boolean') return answer
    return new Promise((resolve) => {
      const stop = answer(settle)
      waiting.set(client, () => {
        stop()
        settle(false)
      })
      function settle(allowed: boolean): void {
        waiting.delete(client)
        resolve(allowed)
      }
    })
  }

  async function acknowledge(userId: string, client: Client, mails: readonly Mail[]): Promise<void> {
    const seqs: number[] = []
    // Another stream may be allowed what this one was not.
    for (const { entry, epoch, seq } of mails)
      if (await isFor(client, delivery().parcelAs(entry, formatId(epoch, entry.seq)))) seqs.push(seq)
    if (seqs.length) await store.acknowledge(userId, seqs)
    counters.mailbox.acknowledged += seqs.length
  }

  async function sendAll(client: Client, mails: readonly Mail[]): Promise<void> {
    for (const { entry, seq } of mails) {
      if (client.ended) return
      const parcel = delivery().parcelAs(entry, formatMailId(log.epoch, client.after, seq))
      if (!(await isFor(client, parcel)) || client.ended) continue
      tell(client, parcel.bytes(client.native))
      counters.mailbox.sent++
      // No faster than the client takes it.
      if (client.outlet.blockedSince !== undefined) await client.outlet.room()
    }
  }

  async function handle(userId: string, client: Client, listed: readonly Mail[], standing: Standing): Promise<void> {
    const mails = listed.filter((mail) => !isOver(mail, clock.now()))
    const those = (due: Due): Mail[] => mails.filter((mail) => dueOf(mail, standing) === due)
    const had = those('acknowledged')
    if (had.length) await acknowledge(userId, client, had)
    const unsent = mails.filter((mail) => !mail.sent).map(({ seq }) => seq)
    if (unsent.length) await store.markSent(userId, unsent)
    await sendAll(client, those('send'))
  }

  /** What is kept for a user; undefined if nothing is. */
  function listOf(userId: string | undefined): ReturnType<typeof store.list> | undefined {
    if (userId === undefined) return undefined
    try {
      const listed = store.list(userId)
      return isThenable(listed) || listed.length ? listed : undefined
    } catch (error) {
      return Promise.reject(error)
    }
  }

  function open(userId: string | undefined, requested: string, rest: Omit<Standing, 'cursor'>): Delivered | undefined {
    const listed = listOf(userId)
    if (userId === undefined || !listed) return undefined
    const standing = { ...rest, cursor: parseId(requested) }
    return {
      isPending: isThenable(listed) || listed.some((mail) => dueOf(mail, standing) === 'send'),
      async send(client) {
        try {
          await handle(userId, client, await listed, standing)
        } catch (error) {
          failed(error)
        }
      },
    }
  }

  return {
    open,
    mayHold(userId) {
      const listed = listOf(userId)
      if (isThenable(listed)) listed.then(undefined, () => {})
      return listed !== undefined
    },
    left: (client) => waiting.get(client)?.(),
  }
}
