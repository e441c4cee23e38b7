import { isThenable } from '../../src/base/errors.ts'
import type { Client } from '../audience/client.ts'
import { formatId, formatMailId, parseId } from '../log/cursor.ts'
import { isOver, type Mail } from '../log/mailbox.ts'
import type { Parcel } from '../publish/parcel.ts'
import { type Due, dueOf, type Standing } from './due.ts'
import { mailFor } from './mail-list.ts'
import type { HubParts } from './parts.ts'

/*
 * Mail on its way to a stream that opens: ahead of the events that it missed, each with an id that says how far it has got.
 */

/** The mail of one stream that opens. */
export interface PendingMail {
  /** There may be mail to send: the stream's first ids must not stand behind it. */
  readonly isPending: boolean
  /** Forgets what the client has, and sends the rest. It does not reject. */
  send(client: Client): Promise<void>
}

/** Sends the mail of all streams. */
export class MailSender {
  readonly #parts: HubParts
  /** For each client that waits for the filter, how it stops waiting. */
  readonly #waiting = new Map<Client, () => void>()

  constructor(parts: HubParts) {
    this.#parts = parts
    parts.streams.onEnd((client) => this.#waiting.get(client)?.())
  }

  /**
   * @param requested - The cursor that the client sent.
   * @returns Undefined if nothing is kept for this user.
   */
  open(userId: string | undefined, requested: string, rest: Omit<Standing, 'cursor'>): PendingMail | undefined {
    const { settings, observers } = this.#parts
    const listed = mailFor(settings.mailbox.store, userId)
    if (userId === undefined || !listed) return undefined
    const standing = { ...rest, cursor: parseId(requested) }
    return {
      isPending: isThenable(listed) || listed.some((mail) => dueOf(mail, standing) === 'send'),
      send: async (client) => {
        try {
          await this.#handle(userId, client, await listed, standing)
        } catch (error) {
          observers.call('onError', error, 'mailbox')
        }
      },
    }
  }

  async #handle(userId: string, client: Client, listed: readonly Mail[], standing: Standing): Promise<void> {
    const { clock, mailbox } = this.#parts.settings
    const mails = listed.filter((mail) => !isOver(mail, clock.now()))
    const those = (due: Due): Mail[] => mails.filter((mail) => dueOf(mail, standing) === due)
    const had = those('acknowledged')
    if (had.length) await this.#acknowledge(userId, client, had)
    const unsent = mails.filter((mail) => !mail.sent).map(({ seq }) => seq)
    if (unsent.length) await mailbox.store.markSent(userId, unsent)
    await this.#sendAll(client, those('send'))
  }

  async #acknowledge(userId: string, client: Client, mails: readonly Mail[]): Promise<void> {
    const { delivery, settings, counters } = this.#parts
    const seqs: number[] = []
    // Another stream may be allowed what this one was not.
    for (const { entry, epoch, seq } of mails)
      if (await this.#isFor(client, delivery.parcelAs(entry, formatId(epoch, entry.seq)))) seqs.push(seq)
    if (seqs.length) await settings.mailbox.store.acknowledge(userId, seqs)
    counters.mailbox.acknowledged += seqs.length
  }

  async #sendAll(client: Client, mails: readonly Mail[]): Promise<void> {
    const { delivery, streams, settings, counters } = this.#parts
    for (const { entry, seq } of mails) {
      if (client.ended) return
      const parcel = delivery.parcelAs(entry, formatMailId(settings.log.epoch, client.after, seq))
      if (!(await this.#isFor(client, parcel)) || client.ended) continue
      streams.send(client, parcel.bytes(client.native))
      counters.mailbox.sent++
      // No faster than the client takes it.
      if (client.outlet.blockedSince !== undefined) await client.outlet.room()
    }
  }

  /** The answer of the filter may be still to come. Nothing is for a client that has gone. */
  async #isFor(client: Client, parcel: Parcel): Promise<boolean> {
    if (client.ended) return false
    const answer = parcel.isFor(client)
    if (typeof answer === 'boolean') return answer
    return new Promise((resolve) => {
      const settle = (allowed: boolean): void => {
        this.#waiting.delete(client)
        resolve(allowed)
      }
      const stop = answer(settle)
      this.#waiting.set(client, () => {
        stop()
        settle(false)
      })
    })
  }
}
