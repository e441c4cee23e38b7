import { type Clock, monotonic, type Timer } from '../base/clock.ts'
import { isHidden } from '../base/page.ts'
import { silenceLimit, verdict } from '../decisions/liveness.ts'

/** Watches one open connection at a time. It keeps its knowledge of the server when the connection ends. */
export interface Heartbeat {
  /** When bytes arrived last: epoch milliseconds. */
  readonly _heardAt: number
  /** For how long nothing has arrived, in milliseconds. */
  _silence(): number
  /** The longest silence that is normal, in milliseconds; Infinity: any. */
  _limit(): number
  /** A connection opened. @param announced - The interval that the server announced, in milliseconds; 0: none. */
  _open(announced?: number): void
  /** Bytes arrived. */
  _hear(): void
  /** They were a heartbeat: a comment or a `ping`. */
  _beat(): void
  /**
   * Looks at the connection when it could be dead, and every 30 s at least.
   * @param doubt - The connection is doubtful: it is left if nothing is heard within so many milliseconds.
   */
  _watch(doubt?: number): void
}

/** So many gaps between heartbeats are remembered. */
const KEPT = 5
/** Comments closer than this are one burst (`:ok`, padding against proxies), not a rhythm. */
const BURST = 1000
/** For bytes that are already in the machine when a late timer fires. */
const SECOND_LOOK = 1000
/** How often a connection is looked at, even if its rhythm is slower or unknown: a late look shows that the machine slept. */
const TICK = 30_000

/**
 * @param wake - The timer of the state `open`; the end of that state stops it.
 * @param onEnd - The connection is dead, after so many milliseconds of silence; 0: it is doubtful, and did not fail.
 */
export function createHeartbeat(
  option: 'auto' | number | false,
  clock: Clock,
  wake: Timer,
  onEnd: (silence: number) => void,
): Heartbeat {
  let announced = 0
  let gaps: readonly number[] = []
  /** On the monotonic clock: the last heartbeat. */
  let beat = 0

  const silence = (): number => monotonic(clock) - own._heard
  const limit = (): number => silenceLimit(option, announced, gaps)

  function hear(): void {
    own._heardAt = clock.now()
    own._heard = monotonic(clock)
  }

  function watch(doubt?: number): void {
    const doubted = doubt && own._heard
    const ms = doubt ?? Math.min(limit() - silence(), TICK)
    const due = clock.now() + ms
    wake(ms, () => {
      const silent = silence()
      // On the wall clock: the monotonic clock of some systems stands still while they sleep. Set, it costs one look more.
      const late = clock.now() - due
      const slept = own._heardAt <= due && !isHidden()
      const found = verdict(silent, limit(), late, slept, doubted === own._heard)
      if (found === 'alive') watch()
      else if (found === 'doubtful') watch(SECOND_LOOK)
      else if (found === 'reopen') onEnd(0)
      else {
        // If the limit was a guess, it may have been a bad one: the next is made with this silence in mind.
        gaps = [silent]
        onEnd(silent)
      }
    })
  }

  const own = {
    /** The same as `_heardAt`, on the monotonic clock. */
    _heard: 0,
    _heardAt: 0,
    _silence: silence,
    _limit: limit,
    _open(ms = 0) {
      beat = 0
      announced = ms > 0 ? ms : announced
      hear()
    },
    _hear: hear,
    _beat() {
      // Of the first there is no gap.
      const gap = own._heard - (beat || own._heard)
      beat = own._heard
      if (gap < BURST) return
      gaps = [...gaps, gap].slice(-KEPT)
      watch()
    },
    _watch: watch,
  }
  return own
}
