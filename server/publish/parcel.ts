import type { Client } from '../audience/client.ts'
import { type Addressee, selector } from '../audience/target.ts'
import type { Expendable } from '../audience/waiting.ts'
import type { LogRecord } from '../log/log.ts'
import { eventFrame } from '../wire/frames.ts'
import { type HubEvent, hubEvent } from './event.ts'
import type { Ask, Later } from './filter.ts'

/** An event as bytes: for most, and for clients that hear no comments. */
export type Frames = [plain?: Uint8Array, native?: Uint8Array]

/** Which of them a client is sent. Without a topic there is one for all. */
export const formOf = ({ to }: LogRecord, native: boolean): 0 | 1 =>
  native && (to.topic ?? to.resource) !== undefined ? 1 : 0

/** The shared part of the parcels of a hub. */
export interface ParcelKit {
  /** Undefined where everything is allowed that is addressed. */
  readonly ask: Ask | undefined
  /** The filter gave no answer about this event. */
  failed(record: LogRecord, error: unknown): void
  /** The forms of an event that exist already, and a place for new ones. */
  framesOf(record: LogRecord): Frames
}

/**
 * An event made ready to be sent, to however many. A class, as each event has a parcel, and each replay makes one for every event
 * that it sends: what not all of them need is made where somebody asks.
 */
export class Parcel {
  /** '' for a volatile event. */
  readonly id: string
  readonly #record: LogRecord
  readonly #kit: ParcelKit
  #frames: Frames | undefined
  #reaches: ((client: Addressee) => boolean) | undefined
  #expendable: Expendable | undefined
  #event: HubEvent | undefined
  #failed: ((error: unknown) => void) | undefined

  /** @param id - '' for an event that is in no log: it is volatile. */
  constructor(record: LogRecord, id: string, kit: ParcelKit) {
    this.id = id
    this.#record = record
    this.#kit = kit
  }

  get type(): string {
    return this.#record.type
  }

  /** How it may be given up while it waits. */
  get expendable(): Expendable {
    if (this.#expendable) return this.#expendable
    const { type, key } = this.#record
    const volatile = this.id === ''
    // A key is of its type; and what may be lost must not take the place of what may not. No type has a line end in it.
    this.#expendable = { key: key === undefined ? undefined : `${volatile}\n${type}\n${key}`, volatile }
    return this.#expendable
  }

  /** The event as the functions of the application see it. */
  event(): HubEvent {
    this.#event ??= hubEvent(this.#record, this.id)
    return this.#event
  }

  /** Whether it is addressed to this client. */
  reaches(client: Addressee): boolean {
    this.#reaches ??= selector(this.#record.to)
    return this.#reaches(client)
  }

  /** Whether it is addressed to this client, and allowed to it: an answer, or one that is still to come. */
  isFor(client: Client): boolean | Later {
    return this.#record.at >= client.since && this.reaches(client) && this.isAllowed(client)
  }

  /** Whether the filter allows it to this client, to which it is addressed. */
  isAllowed(client: Client): boolean | Later {
    const { ask } = this.#kit
    if (!ask) return true
    this.#failed ??= (error) => this.#kit.failed(this.#record, error)
    return ask(client.principal, this.event(), this.#failed)
  }

  /** Its bytes: made once, shared by all. */
  bytes(native: boolean): Uint8Array {
    const form = formOf(this.#record, native)
    return this.#frames?.[form] ?? this.#make(form)
  }

  #make(form: 0 | 1): Uint8Array {
    const { type, json, to } = this.#record
    const id = this.id || undefined
    this.#frames ??= this.#kit.framesOf(this.#record)
    this.#frames[form] ??= eventFrame({ native: form === 1, type, json, id, topic: to.topic ?? to.resource })
    return this.#frames[form]
  }
}
