import { type Clock, createTimer, monotonic } from '../base/clock.ts'
import { callSafely, requestError, type SSEError, type SSEErrorCode } from '../base/errors.ts'
import { isOffline } from '../base/page.ts'
import { createQueue } from '../base/queue.ts'
import type { Store } from '../base/store.ts'
import type { CompleteRetry } from '../decisions/retry.ts'
import type { ConnectionState, PauseReason, Wait, Waiting } from '../decisions/state.ts'
import * as to from '../decisions/state.ts'
import { createDispatch, type Handler } from '../events/dispatch.ts'
import { notify, type Observers, observe } from '../events/observers.ts'
import type { Subscribers } from '../events/router.ts'
import type { Host } from '../transports/transport.ts'
import { closeAttempt, createAttempts } from './attempt.ts'
import { createRefresh } from './credentials.ts'
import { createFailures } from './failure.ts'
import { createHeartbeat, type Heartbeat } from './heartbeat.ts'
import { createIntake } from './intake.ts'
import { createPageLife } from './page-life.ts'
import type { Settings } from './settings.ts'
import type { Attempt, Shared } from './shared.ts'

/** A browser that says that it is offline may be wrong: after this long an attempt is made all the same. */
const DOUBT = 60_000
/** For `online` and `visible`: clients that see them together must not come back together. */
const SOON = 2000

/** Keeps a connection open, as far as it is wanted and possible. */
export class Connection implements Shared {
  readonly options: Settings
  readonly refresh: Host['refresh']
  lastEventId: string
  ready?: Host['ready']
  listen?: Host['listen']
  topics?: Host['topics']
  readonly state: Store<ConnectionState> = {
    get: () => this._state,
    subscribe: (listener) => {
      callSafely(listener, this._state)
      return observe(this._observers, { onState: listener })
    },
  }

  _state: ConnectionState = to.IDLE
  _attempt: Attempt | undefined
  /** On the monotonic clock. Set when it opens, and only read while it is open. */
  private _openedAt!: number
  _everOpened: Shared['_everOpened']
  _failures = 0
  _seen: Shared['_seen'] = {}
  /**
   * On the monotonic clock: the server sent `Retry-After`. Only `reconnect()`, or `disconnect()` and `connect()`, make an attempt
   * before it.
   */
  private _earliest = 0
  /** When the wait ends, on the monotonic clock: `until` of the state is for showing. Only read while there is a wait. */
  _due!: number
  /** The last wait. After a pause it goes on for as long as the server asked for (`_earliest`). */
  private _wait: Waiting | undefined
  _serverRetry: number | undefined
  private readonly _clock: Clock
  readonly _wake: Shared['_wake']
  /** For what calls the application: nothing is called in the midst of a change. */
  private readonly _queue = createQueue()
  readonly _start: Shared['_start']
  readonly _fail: Shared['_fail']
  private readonly _observers: Observers
  private readonly _isWanted: () => boolean
  private readonly _heartbeat: Heartbeat
  private readonly _watchPage

  /** @param isWanted - Whether there is anything to keep a connection for. */
  constructor(options: Settings, subscribers: Subscribers<Handler>, observers: Observers, isWanted: () => boolean) {
    const { clock, heartbeat } = options
    this.options = options
    this.lastEventId = options.lastEventId
    this.refresh = createRefresh(options.onUnauthorized)
    this._observers = observers
    this._isWanted = isWanted
    this._clock = clock
    this._wake = createTimer(clock)
    this._heartbeat = createHeartbeat(heartbeat, clock, this._wake, (silence) =>
      silence ? this._fail(this._error('stalled', 'no heartbeat')) : this.reconnect(),
    )
    const dispatch = createDispatch(options, subscribers, observers)
    const sink = createIntake(this, options, observers, dispatch, this._heartbeat)
    this._watchPage = createPageLife(this, this._heartbeat, options)
    this._fail = createFailures(this, options, sink)
    this._start = createAttempts(this, options, sink)
  }

  resumeFrom(id: string): void {
    this.lastEventId = id
  }

  wait(wait: Wait, least?: number): void {
    const clock = this._clock
    this._failures = wait.attempt
    this._earliest = monotonic(clock) + (least ?? (wait.error.retryAfter ? wait.until - clock.now() : 0))
    this._wait = { status: 'waiting', ...wait }
    this._go(to.lost(this._state, this._wait))
  }

  end(error: SSEError | null): void {
    this._go(to.end(this._state, error))
  }

  _connect(): void {
    this._go(to.connect(this._state, this._failures))
  }

  _pause(reason: PauseReason): void {
    this._settle()
    this._go(to.pause(this._state, reason))
  }

  _resume(reason: PauseReason): void {
    const clock = this._clock
    const ms = this._earliest - monotonic(clock)
    // There was a wait, or there would be no such time.
    const wait = this._wait as Waiting
    const next = ms > 0 ? { ...wait, until: Math.ceil(clock.now() + ms) } : to.connecting(this._failures)
    this._go(to.lift(this._state, this._isWanted() ? next : to.IDLE, reason))
  }

  _retrySoon(): number {
    const clock = this._clock
    const state = this._state
    const ms = Math.ceil(Math.max(clock.random() * SOON, this._earliest - monotonic(clock)))
    if (state.status === 'waiting' && ms < this._due - monotonic(clock)) this._go({ ...state, until: clock.now() + ms })
    if (to.reasonsOf(state).includes('offline')) this._wake(ms, () => this._resume('offline'))
    // It was closed by what may have been a deployment.
    if (state.status === 'closed') this._wake(ms, () => this._isWanted() && this._connect())
    return ms
  }

  _opened(requested: string): void {
    this._openedAt = monotonic(this._clock)
    this._earliest = 0
    this._seen = {}
    this._everOpened = requested ? 'resumed' : this._everOpened || true
  }

  _openFor(): number {
    return this._state.status === 'open' ? monotonic(this._clock) - this._openedAt : -1
  }

  _go(next: ConnectionState, looksAgain = false): void {
    const clock = this._clock
    const { _state: before, _attempt: left } = this
    const { status } = next
    if (next === before) return
    if (status !== 'open') this._attempt = undefined
    this._state = next
    this._wake()
    if (status === 'connecting') this._start()
    if (status === 'waiting') {
      this._due = monotonic(clock) - clock.now() + next.until
      this._wake(next.until - clock.now(), () => this.reconnect())
    }
    if (to.reasonsOf(next).includes('offline')) this._wake(DOUBT, () => this._resume('offline'))
    const isWatching = looksAgain || !/idle|closed/.test(status)
    if (!isWatching) this._forget()
    this._queue(() => {
      // A page that is hidden already pauses it at once: that state comes after this one.
      this._watchPage(isWatching)
      if (left !== this._attempt) closeAttempt(left)
      notify(this._observers, 'onState', next)
      if (status !== 'waiting' || before.status === 'waiting') return
      notify(this._observers, 'onRetry', { ...next, delay: next.until - clock.now() })
    })
    if (status === 'waiting' && !next.error.status && isOffline()) this._pause('offline')
  }

  _error(code: SSEErrorCode, message: unknown, cause?: unknown): SSEError {
    return requestError(this._attempt?._request?.url ?? 'request', code, message, { cause })
  }

  reconnect(): void {
    this._settle()
    this._go(to.reopen(this._state, this._failures))
  }

  _settle(): void {
    if (this._openFor() >= ((this.options.retry as Partial<CompleteRetry>).resetAfter ?? 10_000)) this._forget()
  }

  /** Earlier failures do not count. */
  _forget(): void {
    this._failures = this._earliest = 0
    this._seen = {}
  }
}
