import { setTimer } from './clock.ts'
import type { ConnectionInput, ConnectionState, PauseReason } from './machine.ts'
import { isHidden, isPrerendering, OFFLINE_MAX, SILENT_HIDDEN, SILENT_ONLINE, WAKE_SPREAD, watchPage } from './page.ts'
import type { History } from './retry.ts'
import type { Settings } from './settings.ts'

/*
 * What the signals of page and network lead to: a pause with a name, the end of one, or a doubt about the line. A line that is
 * heard of is never touched. A request that may not be sent again is never paused: it is left to its heartbeat.
 */

/** The connection, as far as it is touched. */
export interface Subject {
  readonly state: { get(): ConnectionState }
  readonly heartbeat: { readonly heardAt: number; readonly limit: number }
  readonly recovery: { readonly history: History }
  isRepeatable(): boolean
  /** Whether anybody wants a connection. */
  wanted(): boolean
  send(...input: ConnectionInput): void
  /** Calls back at a time, in place of what would have happened then. */
  wake(at: number, callback: () => void): void
  /** The line may be dead. */
  stale(): void
}

/** For how long a request that cannot be sent again may be silent after a suspended page came back. */
const SILENT_THAWED = 10_000
/** Bytes that came while the page was away are about to be heard. */
const SECOND_LOOK = 1000

export interface Lifecycle {
  /** Listens, unless it does already, and takes account of how things are: what has happened before is told by no event. */
  begin(): void
  /** Nobody wants a connection. */
  end(): void
  /** The browser says that there is no network, and the line has failed: looks again by itself after a while. */
  rest(): void
}

export function createLifecycle(
  { clock, pauseWhenHidden }: Pick<Settings, 'clock' | 'pauseWhenHidden'>,
  { state, heartbeat, recovery, isRepeatable, wanted, send, wake, stale }: Subject,
): Lifecycle {
  let unwatch: (() => void) | undefined
  let hiddenAt = Infinity
  let hiding: unknown
  let suspended = false

  /** Lifts a reason to pause. */
  const resume = (reason: PauseReason): void => send('resume', reason, wanted(), recovery.history.failures)

  /** A line that has been silent for so long is dead, unless something is heard until then. */
  function doubt(at: number, silent: number, whichever = isRepeatable()): void {
    const { heardAt } = heartbeat
    if (whichever && state.get().status === 'open' && clock.now() - heardAt >= silent)
      wake(at, () => heartbeat.heardAt === heardAt && stale())
  }

  /** Something speaks for the network: a wait may end early. */
  function hope(): number {
    const until = Math.ceil(Math.max(clock.now() + clock.random() * WAKE_SPREAD, recovery.history.earliest))
    const current = state.get()
    if (current.status === 'waiting' && until < current.until) send('lost', { ...current, until })
    if (current.status === 'paused' && current.reasons.includes('offline')) wake(until, () => resume('offline'))
    return until
  }

  const pause = (): unknown => isRepeatable() && send('pause', 'hidden')

  function seen(): void {
    clock.clearTimeout(hiding)
    hiddenAt = Infinity
  }

  function frozen(): void {
    suspended = true
    if (isRepeatable()) send('pause', 'frozen')
  }

  function thawed(): void {
    resume('frozen')
    // A body that was being read when the page was suspended may never be heard of again, nor its end. Not so a page that has
    // only just been loaded, which is told in the same way.
    doubt(clock.now() + SILENT_THAWED, 0, suspended)
    suspended = false
  }

  function look(): void {
    const now = clock.now()
    if (isHidden()) {
      if (isPrerendering() || hiddenAt < Infinity) return
      hiddenAt = now
      // What was rendered ahead is visited now, though behind another tab.
      resume('hidden')
      if (pauseWhenHidden === 0) pause()
      else hiding = setTimer(clock, pauseWhenHidden || Infinity, pause)
    } else {
      const unseen = now - hiddenAt
      seen()
      resume('hidden')
      hope()
      doubt(now + SECOND_LOOK, Math.min(heartbeat.limit / 2, unseen > SILENT_HIDDEN ? SILENT_HIDDEN : Infinity))
    }
  }

  const signals = {
    freeze: frozen,
    pagehide: frozen,
    resume: thawed,
    pageshow: thawed,
    visibilitychange: look,
    prerenderingchange: look,
    online: () => doubt(hope(), SILENT_ONLINE),
  }

  return {
    begin() {
      if (unwatch) return
      unwatch = watchPage(signals)
      // Somebody may come and look within the second: a page that only might be visited knocks at no server.
      if (isPrerendering()) send('pause', 'hidden')
      else if (isHidden()) look()
    },
    end() {
      unwatch?.()
      unwatch = undefined
      seen()
    },
    rest: () => wake(clock.now() + OFFLINE_MAX, () => resume('offline')),
  }
}
