import { createTimer } from '../base/clock.ts'
import { isHidden, isPrerendering, listenToPage, type Signals } from '../base/page.ts'
import type { Heartbeat } from './heartbeat.ts'
import type { Settings } from './settings.ts'
import type { Shared } from './shared.ts'

/** After the network came back, a stream that has been silent for this long may hang on the old one. */
const SILENT_ONLINE = 5000
/** A stream of unknown rhythm that has been silent for this long while the page was hidden is doubtful. */
const SILENT_HIDDEN = 30_000
/** For bytes that arrived while the page was hidden. */
const SECOND_LOOK = 1000

/**
 * The effects of the signals of page and network: a pause with a reason, the end of one, an early retry, or a doubt about the
 * connection. Only a pause leaves a connection on which bytes arrive.
 * @returns Begins (true) or ends to listen. It takes note of how things are: no event reports what happened before.
 */
export function createPageLife(
  connection: Shared,
  heartbeat: Heartbeat,
  { clock, pauseWhenHidden }: Settings,
): (listen: boolean) => void {
  const hide = createTimer(clock)
  let hiddenAt = Infinity

  function checkAlive(ms: number, ifSilentFor: number): void {
    if (connection._openFor() >= 0 && heartbeat._silence() >= ifSilentFor) heartbeat._watch(ms)
  }

  const freeze = (): void => connection._pause('frozen')
  const resume = (): void => connection._resume('frozen')
  const signals: Signals = {
    freeze,
    pagehide: freeze,
    resume,
    pageshow: resume,
    online: () => checkAlive(connection._retrySoon(), SILENT_ONLINE),
    visibilitychange: () => (isHidden() ? onHidden() : onVisible()),
  }

  function onHidden(): void {
    if (hiddenAt < Infinity) return
    hiddenAt = clock.now()
    // A page that is rendered ahead is hidden, and may never be visited.
    if (pauseWhenHidden === 0 || isPrerendering()) connection._pause('hidden')
    else hide(pauseWhenHidden || Infinity, () => connection._pause('hidden'))
  }

  function onVisible(): void {
    // On the wall clock, which goes on while a machine sleeps. If it is set, one look too many does no harm.
    const hiddenFor = clock.now() - hiddenAt
    forgetHidden()
    connection._resume('hidden')
    connection._retrySoon()
    checkAlive(SECOND_LOOK, Math.min(heartbeat._limit() / 2, hiddenFor > SILENT_HIDDEN ? SILENT_HIDDEN : Infinity))
  }

  function forgetHidden(): void {
    hide()
    hiddenAt = Infinity
  }

  return (listen) => {
    if (!listen) forgetHidden()
    listenToPage(listen, signals)
    if (listen && isHidden()) onHidden()
  }
}
