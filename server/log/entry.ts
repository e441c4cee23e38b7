import type { Address } from '../audience/target.ts'

/** An event as it is written down. All of it can be stored as JSON. */
export interface LogRecord {
  readonly type: string
  /** The payload as JSON text. */
  readonly json: string
  /** Its target. */
  readonly to: Address
  /** When it was published, in epoch milliseconds. */
  readonly at: number
  /** While it waits for a slow client, a later event with the same key takes its place. */
  readonly key?: string
}

/** A record with its number. */
export interface LogEntry extends LogRecord {
  readonly seq: number
}
