import { setTimer } from './clock.ts'
import type { ConnectionInput, ConnectionState, PauseReason } from './machine.ts'
import {
  isHidden,
  isPrerendering,
  OFFLINE_MAX,
  type PageListener,
  SILENT_HIDDEN,
  SILENT_ONLINE,
  WAKE_SPREAD,
  watchPage,
} from './page.ts'
import type { Settings } from './settings.ts'

/*
 * What the signals of page and network lead to: a pause with a name, the end of one, or a doubt about the line. A line that is
 * heard of is never touched. A request that may not be sent again is never paused: it is left to its heartbeat.
 */

/** What is asked of the connection. */
export interface Subject {
  readonly state: { get(): ConnectionState }
  readonly heartbeat: { readonly heardAt: number; readonly limit: number }
  /** Before this not even good news leads to a try. */
  earliest(): number
  isRepeatable(): boolean
  send(...input: ConnectionInput): void
  /** Lifts a reason to pause. */
  resume(reason: PauseReason): void
  /** Calls back at a time, in place of what would have happened then. */
  wake(at: number, callback: () => void): void
  /** The line may be dead. */
  stale(): void
  /** The page may never come back. */
  flush(): void
}

/** For how long a request that cannot be sent again may be silent after a suspended page came back. */
const SILENT_THAWED = 10_000
/** Bytes that came while the page was away are about to be heard. */
const SECOND_LOOK = 1000

export interface Lifecycle extends PageListener {
  /** Listens, unless it does already, and takes account of how things are: what has happened before is told by no event. */
  begin(): void
  /** Nobody wants a connection. */
  end(): void
  /** The browser says that there is no network, and the line has failed: looks again by itself after a while. */
  rest(): void
}

export function createLifecycle(
  { clock, pauseWhenHidden }: Pick<Settings, 'clock' | 'pauseWhenHidden'>,
  subject: Subject,
): Lifecycle {
  const { state, heartbeat, isRepeatable, resume, send, stale, wake } = subject
  let unwatch: (() => void) | undefined
  let hiddenAt = Infinity
  let hiding: unknown

  const isOpen = (): boolean => state.get().status === 'open'

  /** Unless something is heard until then, the line is dead. */
  function doubt(at: number): void {
    const { heardAt } = heartbeat
    wake(at, () => isOpen() && heartbeat.heardAt === heardAt && stale())
  }

  /** Something speaks for the network: a wait may end early. */
  function hope(): number {
    const until = Math.ceil(Math.max(clock.now() + clock.random() * WAKE_SPREAD, subject.earliest()))
    const current = state.get()
    if (current.status === 'waiting' && until < current.until) send('lost', { ...current, until })
    if (current.status === 'paused' && current.reasons.includes('offline')) wake(until, () => resume('offline'))
    return until
  }

  function seen(): void {
    clock.clearTimeout(hiding)
    hiddenAt = Infinity
  }

  const lifecycle: Lifecycle = {
    begin() {
      if (unwatch) return
      unwatch = watchPage(lifecycle)
      // Somebody may come and look within the second: a page that only might be visited knocks at no server.
      if (isPrerendering()) send('pause', 'hidden')
      else if (isHidden()) lifecycle.hidden()
    },
    end() {
      unwatch?.()
      unwatch = undefined
      seen()
    },
    rest: () => wake(clock.now() + OFFLINE_MAX, () => resume('offline')),
    frozen() {
      subject.flush()
      if (isRepeatable()) send('pause', 'frozen')
    },
    thawed() {
      resume('frozen')
      // A body that was being read when the page was suspended may never be heard of again, nor its end.
      if (isOpen() && !isRepeatable()) doubt(clock.now() + SILENT_THAWED)
    },
    hidden() {
      if (isPrerendering()) return
      hiddenAt = Math.min(hiddenAt, clock.now())
      clock.clearTimeout(hiding)
      if (pauseWhenHidden !== false)
        hiding = setTimer(clock, pauseWhenHidden, () => isRepeatable() && send('pause', 'hidden'))
    },
    visible() {
      const now = clock.now()
      const unseen = now - hiddenAt
      seen()
      resume('hidden')
      hope()
      const silence = now - heartbeat.heardAt
      const limit = Math.min(heartbeat.limit / 2, unseen > SILENT_HIDDEN ? SILENT_HIDDEN : Infinity)
      if (isOpen() && silence > limit && isRepeatable()) doubt(now + SECOND_LOOK)
    },
    online() {
      const until = hope()
      if (isOpen() && clock.now() - heartbeat.heardAt > SILENT_ONLINE && isRepeatable()) doubt(until)
    },
  }
  return lifecycle
}
