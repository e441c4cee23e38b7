import type { Client } from '../audience/client.ts'
import type { Identity, Principal } from '../audience/principal.ts'
import { selector } from '../audience/target.ts'
import type { Expendable } from '../audience/waiting.ts'
import type { LogRecord } from '../log/log.ts'
import { eventFrame } from '../wire/frames.ts'

/** An event as a filter sees it. */
export interface HubEvent {
  readonly type: string
  /** The payload as the client will see it: what JSON makes of what was published. */
  readonly data: unknown
  /** '' for a volatile event. */
  readonly id: string
  /** The topic or the resource that it was published to. */
  readonly topic: string | undefined
  /** When it was published, in epoch milliseconds. */
  readonly at: number
}

/** Whether a client may have an event: at once, no promise. Asked for each client that it is addressed to. */
export type EventFilter<P extends Identity = Principal> = (principal: P, event: HubEvent) => boolean

/** An event made ready to be sent, to however many. */
export interface Parcel {
  /** '' for a volatile event. */
  readonly id: string
  /** Addressed to this client, and allowed to it. */
  isFor(client: Client): boolean
  /** Its bytes: made once, shared by all. */
  bytes(native: boolean): Uint8Array
  readonly expendable: Expendable
  /** How many clients it has been handed to. */
  delivered: number
}

/** An event as bytes: for most, and for clients that hear no comments. */
export type Frames = [plain?: Uint8Array, native?: Uint8Array]

/**
 * @param id - '' for an event that is in no log: it is volatile.
 * @param frames - What has been made of it already, and where to put what is made.
 * @param failed - Told what the filter threw; the event is kept from the client then.
 */
export function prepare(
  { type, json, to, at, key }: LogRecord,
  id: string,
  frames: Frames,
  filter: EventFilter | undefined,
  failed: (error: unknown) => void,
): Parcel {
  const topic = to.topic ?? to.resource
  const volatile = id === ''
  const reaches = selector(to)
  let data: { readonly value: unknown } | undefined
  let event: HubEvent | undefined
  /** Made where a filter asks: an object with a getter takes longer to make than all the rest of a parcel. */
  const seen = (): HubEvent => ({
    type,
    id,
    topic,
    at,
    get data() {
      data ??= { value: JSON.parse(json) }
      return data.value
    },
  })
  let broken = false

  function allows(filter: EventFilter, principal: Principal): boolean {
    event ??= seen()
    try {
      const answer: unknown = filter(principal, event)
      if (typeof answer !== 'object' || answer === null) return Boolean(answer)
      // A promise is truthy: taken for a yes it would let everything through.
      throw new TypeError('filter wants to answer true or false at once; it answered with an object, or a promise')
    } catch (error) {
      // Told once for an event, and not for each of ten thousand clients.
      if (!broken) failed(error)
      broken = true
      return false
    }
  }

  return {
    id,
    delivered: 0,
    // A key is of its type; and what may be lost must not take the place of what may not. No type has a line end in it.
    expendable: { key: key === undefined ? undefined : `${volatile}\n${type}\n${key}`, volatile },
    isFor: (client) => at >= client.since && reaches(client) && (!filter || allows(filter, client.principal)),
    bytes(native) {
      // Without a topic there is one form for all.
      const form = native && topic !== undefined ? 1 : 0
      frames[form] ??= eventFrame(form === 1, type, json, volatile ? undefined : id, topic)
      return frames[form]
    },
  }
}
