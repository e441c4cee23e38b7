import { type Clock, setTimer } from './clock.ts'
import { isHidden } from './page.ts'

/*
 * Is the line alive? A dead TCP connection looks open until something is sent on it, and an event stream
 * sends nothing. So silence is measured against the server's own rhythm, once that is known.
 */

/** Watches one open line at a time. What it has learnt of the server outlives the line. Times are epoch milliseconds. */
export interface Heartbeat {
  /** When bytes came last. */
  readonly heardAt: number
  /** When to leave the line, as the server asked; Infinity if it has not. */
  readonly leaveAt: number
  /** The longest silence to be believed, in milliseconds; Infinity: any. */
  readonly limit: number
  /** A line opened. `interval`: what its headers announce. */
  start(interval: unknown): void
  stop(): void
  /** Bytes came. */
  heard(): void
  /** They were a comment or a `ping`. */
  beat(): void
  /** The server told its interval; nonsense changes nothing. */
  announce(interval: unknown): void
  leave(at: number): void
}

/** How many gaps between beats are remembered. */
const KEPT = 5
/** Comments closer than this are one burst (`:ok`, `:processing`, padding against proxies), not a rhythm. */
const BURST = 1000
/** However fast the rhythm: a shorter silence is a hiccup of the network. */
const SHORTEST = 10_000
/** After a late timer: the time that bytes already in the machine need to get through. */
const SECOND_LOOK = 1000
/** How often a line is looked at, whatever its rhythm: a look that comes late tells that the machine slept. */
const TICK = 30_000
/** How late that is. A page that nobody sees is late by itself: browsers throttle its timers. */
const SLEPT = 5000

/**
 * The longest silence to be believed, in milliseconds; Infinity: any.
 * @param option - `'auto'`: 2.5 times what was announced, or else the longest of the gaps that were seen, once
 *   there are two, and never under 10 s. A number: that. `false` or 0: Infinity.
 */
export function patience(
  option: 'auto' | number | false,
  announced: number | undefined,
  gaps: readonly number[],
): number {
  if (option !== 'auto') return option || Infinity
  // The longest: some servers beat only after a silence, so that events stretch the gaps.
  return Math.max(SHORTEST, 2.5 * (announced ?? (gaps.length > 1 ? Math.max(...gaps) : Infinity)))
}

/**
 * @param dead - Called when the line was silent for too long: for how many milliseconds.
 * @param stale - Called when the line should be replaced, though nothing says that it failed.
 * @param guesses - Whether beats are taken for a rhythm. Not in an answer to a request: a model that thinks may be
 *   silent for long.
 */
export function createHeartbeat(
  option: 'auto' | number | false,
  clock: Clock,
  dead: (silence: number) => void,
  stale: () => void,
  guesses = true,
): Heartbeat {
  let announced: number | undefined
  let gaps: readonly number[] = []
  let lastBeat = 0
  let running = false
  let timer: unknown

  /**
   * One timer, set for when the line could be dead at the earliest. Bytes do not move it: it looks again.
   * @param doubted - The line is to be left, unless more has been heard than at this time.
   */
  function watch(doubted?: number): void {
    clock.clearTimeout(timer)
    // What the server says may still be heard when whoever was told of it has closed the line.
    if (!running) return
    const { limit } = self
    const now = clock.now()
    // A clock that was set back must not make the line immortal.
    self.heardAt = Math.min(self.heardAt, now)
    const due = doubted === undefined ? Math.min(self.heardAt + limit, self.leaveAt, now + TICK) : now + SECOND_LOOK
    timer = setTimer(clock, due - now, () => {
      const now = clock.now()
      const late = now - due
      const silence = now - self.heardAt
      const overdue = silence >= limit
      // So late (laptop lid, throttled tab, blocked page) that bytes may be waiting behind this very timer. An answer to a
      // request is not doubted for that alone: it cannot be asked for again.
      const excused = overdue
        ? late > Math.max(2000, limit / 4)
        : guesses && late > SLEPT && silence >= late && !isHidden()
      if (now >= self.leaveAt || self.heardAt === doubted) stale()
      else if (excused) watch(self.heardAt)
      else if (!overdue) watch()
      else {
        // If the limit was a guess, it may have been a bad one: the next is made with this silence in mind.
        gaps = [silence]
        dead(silence)
      }
    })
  }

  const self: Mutable<Heartbeat> = {
    heardAt: 0,
    leaveAt: Infinity,
    get limit() {
      return patience(option, announced, gaps)
    },
    start(interval) {
      running = true
      lastBeat = 0
      self.heard()
      self.leave(Infinity)
      self.announce(interval)
    },
    stop() {
      running = false
      clock.clearTimeout(timer)
      self.leaveAt = Infinity
    },
    heard() {
      self.heardAt = clock.now()
    },
    beat() {
      if (!guesses) return
      const gap = self.heardAt - lastBeat
      if (lastBeat && gap >= BURST) gaps = [...gaps, gap].slice(-KEPT)
      lastBeat = self.heardAt
      watch()
    },
    announce(interval) {
      if (!(Number(interval) > 0)) return
      announced = Number(interval)
      watch()
    },
    leave(at) {
      self.leaveAt = at
      watch()
    },
  }
  return self
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
