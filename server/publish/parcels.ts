import type { LogEntry, LogRecord } from '../log/log.ts'
import type { Ask } from './filter.ts'
import { type Frames, formOf, Parcel, type ParcelKit } from './parcel.ts'

/** Makes the parcels of a hub. */
export interface Parcels {
  /** Of an entry of the log. Its bytes are kept as long as the log keeps the entry: all clients are sent the same ones. */
  ofEntry(entry: LogEntry, id: string): Parcel
  /** The bytes of such a parcel, if they have been made. */
  keptBytes(entry: LogEntry, native: boolean): Uint8Array | undefined
  /** Of an event that is in no log, or is sent with an id of its own. */
  ofRecord(record: LogRecord, id: string): Parcel
}

/**
 * @param ask - Undefined where everything is allowed that is addressed.
 * @param failed - Hears why the filter gave no answer: once for an event, and not for each of ten thousand clients.
 */
export function createParcels(ask: Ask | undefined, failed: (error: unknown) => void): Parcels {
  /** Only of events that somebody was sent: an entry in here costs as much as all the rest of an event for nobody. */
  const frames = new WeakMap<LogRecord, Frames>()
  const unfiltered = new WeakSet<LogRecord>()

  function failedOnce(record: LogRecord, error: unknown): void {
    if (!unfiltered.has(record)) failed(error)
    unfiltered.add(record)
  }

  function keptFrames(entry: LogRecord): Frames {
    const known = frames.get(entry)
    if (known) return known
    const made: Frames = []
    frames.set(entry, made)
    return made
  }

  const kept: ParcelKit = { ask, failed: failedOnce, framesOf: keptFrames }
  const alone: ParcelKit = { ask, failed: failedOnce, framesOf: () => [] }
  return {
    ofEntry: (entry, id) => new Parcel(entry, id, kept),
    keptBytes: (entry, native) => frames.get(entry)?.[formOf(entry, native)],
    ofRecord: (record, id) => new Parcel(record, id, alone),
  }
}
