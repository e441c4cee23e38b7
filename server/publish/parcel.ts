import type { Client } from '../audience/client.ts'
import { selector } from '../audience/target.ts'
import type { Expendable } from '../audience/waiting.ts'
import type { LogRecord } from '../log/log.ts'
import { eventFrame } from '../wire/frames.ts'
import { type HubEvent, hubEvent } from './event.ts'
import type { Ask, Later } from './filter.ts'

/** An event made ready to be sent, to however many. */
export interface Parcel {
  readonly type: string
  /** '' for a volatile event. */
  readonly id: string
  /**
   * The event as the functions of the application see it. A function, and not a getter: an object with a getter of its own has a
   * shape of its own, and every client that it is handed to pays for that.
   */
  event(): HubEvent
  /** Whether it is addressed to this client. */
  reaches(client: Client): boolean
  /** Whether it is addressed to this client, and allowed to it: an answer, or one that is still to come. */
  isFor(client: Client): boolean | Later
  /** Its bytes: made once, shared by all. */
  bytes(native: boolean): Uint8Array
  readonly expendable: Expendable
  /** Apart from all the rest, which need not be kept as long. */
  readonly outcome: {
    readonly id: string
    /** How many clients it has been handed to in the turn in which it happened. */
    delivered: number
  }
}

/** An event as bytes: for most, and for clients that hear no comments. */
export type Frames = [plain?: Uint8Array, native?: Uint8Array]

/**
 * @param id - '' for an event that is in no log: it is volatile.
 * @param frames - What has been made of it already, and where to put what is made.
 * @param ask - Undefined where everything is allowed that is addressed.
 * @param failed - Hears why the filter gave no answer.
 */
export function prepare(
  record: LogRecord,
  id: string,
  frames: Frames,
  ask: Ask | undefined,
  failed: (error: unknown) => void,
): Parcel {
  const { type, json, to, at, key } = record
  const topic = to.topic ?? to.resource
  const volatile = id === ''
  const reaches = selector(to)
  let event: HubEvent | undefined
  let broken = false

  /** Reports once for an event, and not for each of ten thousand clients. */
  function failedOnce(error: unknown): void {
    if (!broken) failed(error)
    broken = true
  }

  const parcel: Parcel = {
    type,
    id,
    outcome: { id, delivered: 0 },
    // A key is of its type; and what may be lost must not take the place of what may not. No type has a line end in it.
    expendable: { key: key === undefined ? undefined : `${volatile}\n${type}\n${key}`, volatile },
    event() {
      // Made where somebody asks: an object with getters takes longer to make than all the rest of a parcel.
      event ??= hubEvent(record, id)
      return event
    },
    reaches,
    isFor: (client) =>
      at >= client.since && reaches(client) && (!ask || ask(client.principal, parcel.event(), failedOnce)),
    bytes(native) {
      // Without a topic there is one form for all.
      const form = native && topic !== undefined ? 1 : 0
      frames[form] ??= eventFrame(form === 1, type, json, volatile ? undefined : id, topic)
      return frames[form]
    },
  }
  return parcel
}
