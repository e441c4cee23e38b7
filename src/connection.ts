import { setTimer } from './clock.ts'
import { createCredentials } from './credentials.ts'
import type { Cursor } from './cursor.ts'
import { createDelivery, type Handler } from './delivery.ts'
import { SSEError, type SSEErrorCode, type SSEErrorDetails } from './errors.ts'
import { createHeartbeat } from './heartbeat.ts'
import { type Line, openLine } from './line.ts'
import { type ConnectionInput, type ConnectionState, IDLE, transition } from './machine.ts'
import type { Observers } from './observers.ts'
import type { Settings } from './options.ts'
import { isOffline, onOnline } from './page.ts'
import { RESERVED } from './protocol.ts'
import { advised, FLOOR, FRESH, judge, proven } from './retry.ts'
import type { Router } from './router.ts'
import { createStore, type Store } from './store.ts'
import { failure } from './transports/response.ts'

/*
 * Carries out what the machine says. There is one line, the try that is under way or open, and one timer: while
 * connecting it waits for the headers, while waiting for the next try, while offline for a look of our own. Open, it
 * is the heartbeat's turn.
 */

export interface Connection {
  readonly state: Store<ConnectionState>
  send(...input: ConnectionInput): void
  /** Leaves whatever there is and connects at once. */
  reconnect(): void
  /** Somebody wants to hear of one more name. */
  listen(name: string): void
}

/** How long a browser's word that there is no network is taken for granted. */
const OFFLINE_MAX = 60_000
/** The network came back: a stream that has been silent for this long may hang on the old one. */
const SILENT_ONLINE = 5000
/** Pages that wake together must not knock together. */
const WAKE_SPREAD = 2000

/**
 * @param wanted - Whether anybody wants a connection.
 * @param closing - Aborts when the client is closed for good.
 */
export function createConnection(
  settings: Settings,
  cursor: Cursor,
  router: Router<Handler>,
  observers: Observers,
  wanted: () => boolean,
  closing: AbortSignal,
): Connection {
  const { clock, onUnauthorized, retry } = settings
  const isRequest = settings.mode === 'request'
  const credentials = onUnauthorized && createCredentials(onUnauthorized)
  const state = createStore<ConnectionState>(IDLE)
  /** The try that is under way or open. */
  let line: Line | undefined
  let timer: unknown
  let history = FRESH

  const heartbeat = createHeartbeat(settings.heartbeat, clock, dead, stale)
  const delivery = createDelivery(settings, cursor, router, observers, heartbeat)

  function send(...input: ConnectionInput): void {
    settle()
    const next = transition(state.get(), input)
    if (next === state.get()) return
    const { status } = next
    // Whoever connects by hand starts afresh.
    if (input[0] === 'connect' || status === 'idle' || status === 'closed') forget()
    if (status !== 'open') drop()
    if (status === 'connecting') start(next.attempt)
    if (status === 'waiting') wake(next.until, stale)
    if (status === 'paused' && next.reasons.includes('offline')) wake(clock.now() + OFFLINE_MAX, resume)
    state.set(next)
    // If a listener changed it again, the observers have heard the newer state by now.
    if (state.get() === next) observers.tell('onState', next)
  }

  function forget(): void {
    history = { ...FRESH, serverRetry: history.serverRetry }
  }

  /** Forgets earlier failures once a line has proved itself. @returns How many there are now. */
  function settle(): number {
    const current = state.get()
    if (current.status === 'open' && proven(retry, clock.now() - current.since)) forget()
    return history.failures
  }

  function wake(at: number, callback: () => void): void {
    clock.clearTimeout(timer)
    timer = setTimer(clock, at - clock.now(), callback)
  }

  function drop(): void {
    clock.clearTimeout(timer)
    heartbeat.stop()
    line?.close()
    line = undefined
  }

  function start(attempt: number): void {
    drop()
    const lastEventId = cursor.id
    const names = (): string[] => [...router.patterns(), ...Object.keys(settings.events), ...RESERVED]
    const mine = openLine(settings, { attempt, lastEventId }, credentials?.refreshing, names, {
      open(interval) {
        history = { ...history, seen: {} }
        heartbeat.start(interval)
        send('opened', heartbeat.heardAt)
        if (line === mine) delivery.opened(attempt, lastEventId)
      },
      heard: heartbeat.heard,
      // A model that thinks may be silent for long: in an answer no rhythm is guessed.
      beat: isRequest ? () => {} : heartbeat.beat,
      id: delivery.id,
      event: delivery.event,
      retry(ms) {
        history = advised(history, ms)
      },
      oversized: () => delivery.gap({ reason: 'too-large' }),
      end(reason) {
        if (reason === 'stop' || (reason === 'eof' && isRequest)) send('end', null)
        else fail(reason)
      },
    })
    line = mine
  }

  function fail(cause: unknown): void {
    const current = state.get()
    const now = clock.now()
    const { id } = cursor
    const { leaveAt } = heartbeat
    const error =
      cause instanceof SSEError
        ? cause
        : trouble('network', cause === 'eof' ? 'the stream ended' : `${cause}`, { cause })
    const openFor = current.status === 'open' ? now - current.since : -1
    const policy = isRequest && !id ? false : retry
    const before = line
    try {
      history =
        leaveAt < Infinity && policy
          ? // A server that asked us to leave, and then did not wait for it, has not failed.
            { ...history, action: 'retry', until: Math.max(leaveAt, now + FLOOR) }
          : judge(history, policy, error, openFor, id !== '', now, clock.random())
    } catch (cause) {
      return send('end', trouble('gave-up', `retry() threw ${cause}`, { cause }))
    }
    // The caller's own function may have closed or reconnected.
    if (line !== before) return
    const { action } = history
    if (action === 'retry') {
      const { failures: attempt, until } = history
      send('lost', { attempt, until, error })
      if (state.get().status !== 'waiting') return
      observers.tell('onRetry', { attempt, until, delay: until - now, error })
      if (error.code === 'network' && isOffline()) send('pause', 'offline')
    } else if (action === 'credentials' && credentials) {
      // The state stays 'connecting', and the next try waits for it.
      credentials.refresh(error, line?.url ?? '')
      start(history.failures)
    } else if (action === 'cursor' && !isRequest) {
      cursor.reset('')
      start(history.failures)
      if (id) delivery.gap({ reason: 'refused', requested: id })
    } else if (action === 'give-up')
      send(
        'end',
        new SSEError(
          'gave-up',
          `${error.message}; failure ${history.failures} was one too many, connect() starts again`,
          {
            cause: error,
          },
        ),
      )
    else send('end', error)
  }

  function trouble(code: SSEErrorCode, message: string, details?: SSEErrorDetails): SSEError {
    return failure(line?.url ?? '', code, message, details)
  }

  function dead(silence: number): void {
    fail(trouble('stalled', `silent for ${silence} ms`))
  }

  /** Replaces a line that may be dead, though nothing failed; and a wait that is over. */
  function stale(): void {
    if (isRequest && !cursor.id) dead(clock.now() - heartbeat.heardAt)
    else send('reopen', settle())
  }

  function resume(): void {
    send('resume', 'offline', wanted(), history.failures)
  }

  onOnline(() => {
    const now = clock.now()
    const until = Math.max(now + clock.random() * WAKE_SPREAD, history.earliest)
    const current = state.get()
    if (current.status === 'waiting' && until < current.until) send('lost', { ...current, until })
    if (current.status === 'paused' && current.reasons.includes('offline')) wake(until, resume)
    const { heardAt } = heartbeat
    // A request without an id would have to be sent again: it is left to its heartbeat.
    if (current.status === 'open' && now - heardAt > SILENT_ONLINE && !(isRequest && !cursor.id))
      wake(until, () => heartbeat.heardAt === heardAt && stale())
  }, closing)

  return {
    state,
    send,
    listen: (name) => line?.listen(name),
    reconnect() {
      const before = state.get()
      if (before.status === 'connecting') return start(history.failures)
      send('reopen', settle())
      // Whoever heard of it may have closed or paused: that is not to be undone.
      if (state.get() === before) send('connect')
    },
  }
}
