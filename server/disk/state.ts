import { pathTo, readWhole, writeWhole } from './disk.ts'
import { decodeLine, encodeLine } from './line.ts'

/*
 * How the last process left the log: whether clients may have seen events that are not on the disk any more.
 */

/** When the log waits for the device. */
export type Sync = 'always' | 'sometimes'

/** The last words of a process, or its first. */
export type State =
  /** It closed the log: so many events, and all of them on the device. */
  | { readonly kind: 'closed'; readonly epoch: string; readonly head: number }
  /** It runs, or was killed. `boot` is the run of the operating system that it was in. */
  | { readonly kind: 'running'; readonly sync: Sync; readonly boot: string }

/** The findings on the disk. */
export interface Found {
  readonly epoch: string
  readonly head: number
  /** The last line was written to its end, and is damaged: an event is lost that clients may have. */
  readonly damaged: boolean
}

/**
 * Whether every event that a client may have seen is still there, so that numbers go on in the same epoch.
 * @param boot - The run of the operating system now; '' where that is not known.
 */
export function keepsEpoch(state: State | undefined, { epoch, head, damaged }: Found, boot: string): boolean {
  if (damaged || !state) return false
  if (state.kind === 'closed') return state.epoch === epoch && state.head === head
  // Written events survive the process as long as the operating system does.
  return state.sync === 'always' || (boot !== '' && state.boot === boot)
}

/** Another for each start of the operating system. Linux has one; elsewhere ''. */
export const bootId = (): string => {
  try {
    return readWhole('/proc/sys/kernel/random/boot_id')?.toString('utf8').trim() ?? ''
  } catch {
    return ''
  }
}

const fileOf = (folder: string): string => pathTo(folder, 'state.json')

/** Undefined if there is none, or it is damaged. */
export function readState(folder: string): State | undefined {
  const text = readWhole(fileOf(folder))
  return text && (decodeLine(text.subarray(0, -1)) as State | undefined)
}

export const writeState = (folder: string, state: State): void => writeWhole(fileOf(folder), encodeLine(state))
