import { type LogEntry, mintEpoch } from '../log/log.ts'
import { createWindow, type Window } from '../log/window.ts'
import {
  cutFile,
  type Disk,
  listFolder,
  type OpenFile,
  pathTo,
  readWhole,
  removeWhole,
  syncWhole,
  writeWhole,
} from './disk.ts'
import { encodeLine, scanLines } from './line.ts'
import {
  emptySegment,
  extend,
  type Header,
  headerOf,
  isHeader,
  lastOf,
  nameOf,
  placeOf,
  type Segment,
} from './segment.ts'
import { bootId, keepsEpoch, readState, type Sync, writeState } from './state.ts'

/*
 * The start of a log on disk: what is there, what of it is whole, and under which epoch it goes on. It reads every file once.
 */

/** A log on disk that can be appended to, as it stands. */
export interface OpenLog {
  readonly folder: string
  readonly disk: Disk
  epoch: string
  /** The last number that was given. */
  head: number
  /** All but the last, the oldest first. */
  older: Segment[]
  /** The one that is appended to, and its file. */
  last: Segment
  file: OpenFile
  /** The newest entries. */
  readonly recent: Window<LogEntry>
  /** Something that is no entry may stand behind the last one. */
  isTorn: boolean
}

/** How many of the newest entries are in memory, and how much text: what most clients that come back ask for. */
const RECENT = 10_000
const RECENT_CHARACTERS = 64 * 1024 * 1024

interface Loaded {
  readonly segment: Segment
  readonly header: Header
}

/** The reaction to a damaged file. */
export const REMEDY =
  'Restore the file from a backup. Or move the folder away: the server then begins an empty log, and tells clients of a gap'

/** Decides about the file at this path: the segment that is being read, and what came before it. */
interface Reading {
  readonly folder: string
  readonly recent: Window<LogEntry>
  readonly warn: (text: string) => void
  /** The segments that follow one another. */
  loaded: Loaded[]
  /** An event at their end is lost. */
  damaged: boolean
}

/** The next segment begins. It has to follow the one before. */
function follow(reading: Reading, path: string, { first }: Header): void {
  const before = reading.loaded.at(-1)?.segment
  if (!before || first === lastOf(before) + 1) return
  if (first !== 1)
    throw new Error(`${path} begins with event ${first}, and ${before.path} ends with ${lastOf(before)}. ${REMEDY}`)
  // The log was being reset when the process was killed.
  for (const { segment } of reading.loaded) removeWhole(segment.path)
  reading.loaded = []
  reading.recent.clear()
}

function load(reading: Reading, n: number, isLast: boolean): void {
  const { recent } = reading
  const path = pathTo(reading.folder, nameOf(n))
  const bytes = readWhole(path) ?? Buffer.alloc(0)
  let found: Loaded | undefined
  const { end, damage } = scanLines(bytes, (value, at, length) => {
    if (!found) {
      if (!isHeader(value)) return false
      follow(reading, path, value)
      found = { header: value, segment: emptySegment(path, n, value.first, length) }
      return true
    }
    const entry = value as unknown as LogEntry
    if (entry.seq !== lastOf(found.segment) + 1 || at !== found.segment.end) return false
    extend(found.segment, length, entry)
    recent.push(entry)
    return true
  })
  if (damage === 'middle' || (!isLast && (damage || !found)))
    throw new Error(`${path} is damaged at byte ${end}, and events that follow are not. ${REMEDY}`)
  if (damage) reading.warn(`${path}: the last line is not whole. The last ${bytes.length - end} bytes are cut off`)
  reading.damaged = damage === 'tail'
  // Without its first line it was being made when the process was killed.
  if (!found) return removeWhole(path)
  if (damage) cutFile(path, end)
  reading.loaded.push(found)
}

/** Makes the first segment, or the next one. */
function begin(folder: string, n: number, epoch: string, first: number): Segment {
  const path = pathTo(folder, nameOf(n))
  const line = encodeLine(headerOf(epoch, first))
  writeWhole(path, line)
  return emptySegment(path, n, first, line.length)
}

/**
 * Opens the log in a folder, or begins one. The caller has the folder's lock.
 * @param warn - Gets a report of each repair.
 * @throws Error for a damaged file that is not repaired, with what to do; and what the disk throws.
 */
export function openFolder(folder: string, disk: Disk, sync: Sync, warn: (text: string) => void): OpenLog {
  const recent = createWindow<LogEntry>(RECENT, RECENT_CHARACTERS)
  const reading: Reading = { folder, recent, warn, loaded: [], damaged: false }
  const places = listFolder(folder)
    .flatMap((name) => placeOf(name) ?? [])
    .sort((a, b) => a - b)
  for (const n of places) load(reading, n, n === places.at(-1))
  const older = reading.loaded.map(({ segment }) => segment)
  const found = reading.loaded.at(-1)
  const state = readState(folder)
  const boot = bootId()
  const head = found ? lastOf(found.segment) : 0
  let epoch = found?.header.epoch
  if (found && state?.kind !== 'closed') syncWhole(found.segment.path)
  if (epoch === undefined || !keepsEpoch(state, { epoch, head, damaged: reading.damaged }, boot)) {
    if (head)
      warn(
        `${folder}: the log was not closed, and events that clients have seen may be missing at its end. It goes on under another epoch, and clients are told of a gap`,
      )
    epoch = mintEpoch()
    older.push(begin(folder, (places.at(-1) ?? 0) + 1, epoch, head + 1))
  }
  const last = older.pop() as Segment
  writeState(folder, { kind: 'running', sync, boot })
  return { folder, disk, epoch, head, older, last, file: disk.open(last.path), recent, isTorn: false }
}
