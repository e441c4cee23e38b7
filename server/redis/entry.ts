import type { LogEntry, LogRecord } from '../log/log.ts'

/*
 * An entry of the log as an entry of a Redis stream: its number is the id, `<seq>-0`. The payload stands in a field of its own, as
 * JSON in JSON would double its quotes.
 */

/** An entry as it was found in Redis. */
export interface Stored {
  readonly entry: LogEntry
  /** In which it was written. */
  readonly epoch: string
  /** Names this entry among all that were ever written: another one with the same number has another. */
  readonly uid: string
  /** Where its payload is, if that is in a shard. Until it has been read there, the entry has none. */
  readonly payload?: string
  /** Its shard has lost the payload: nobody can have this event any more. */
  readonly isLost?: true
}

/** Records that are written together. */
export interface Batch {
  /** Under the same name, they are written once. */
  readonly name: string
  readonly records: readonly LogRecord[]
  /** The only epoch in which they may be written. */
  readonly only?: string | undefined
}

/** An entry of a stream, as Redis answers: its id, then names and values. */
export type Raw = readonly [id: string, fields: readonly string[]]

/** The number of an entry by its id; undefined for an id that is none of ours. */
export function seqOf(id: string): number | undefined {
  const [, digits] = /^([1-9][0-9]{0,15})-0$/.exec(id) ?? []
  return digits === undefined ? undefined : Number(digits)
}

export const idOf = (seq: number): string => `${seq}-0`

/** The two fields of a record. @param payload - Where its payload is, if that is in a shard. */
export function encodeRecord({ json, ...rest }: LogRecord, payload?: string): [rest: string, json: string] {
  return payload === undefined ? [JSON.stringify(rest), json] : [JSON.stringify({ ...rest, payload }), '']
}

/** Undefined for an entry that was not written by a log. */
export function decodeEntry([id, fields]: Raw): Stored | undefined {
  const seq = seqOf(id)
  const [names, values] = [fields.filter((_, n) => n % 2 === 0), fields.filter((_, n) => n % 2 === 1)]
  const [epoch, uid, rest, json] = values
  if (seq === undefined || names.join() !== FIELDS || !epoch || !uid || !rest || json === undefined) return undefined
  try {
    const { type, to, at, key, payload } = JSON.parse(rest)
    const entry: LogEntry = key === undefined ? { type, json, to, at, seq } : { type, json, to, at, key, seq }
    return payload === undefined ? { entry, epoch, uid } : { entry, epoch, uid, payload: `${payload}` }
  } catch {
    return undefined
  }
}

/** An entry with its payload from a shard. Lost if there is none. */
export const complete = (stored: Stored, json: string | undefined): Stored =>
  json === undefined ? { ...stored, isLost: true } : { ...stored, entry: { ...stored.entry, json } }

/** Where in a list the last one is whose payload is lost; -1 if there is none. */
export const lastLost = (list: readonly (Stored | undefined)[]): number =>
  list.reduce((last, stored, n) => (stored?.isLost ? n : last), -1)

/** In the order in which the script writes them. */
const FIELDS = 'e,u,m,d'
