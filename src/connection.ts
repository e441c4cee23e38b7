import { setTimer } from './clock.ts'
import type { Cursor } from './cursor.ts'
import { createDelivery, type Handler } from './delivery.ts'
import { SSEError } from './errors.ts'
import { createHeartbeat } from './heartbeat.ts'
import { type ConnectionInput, type ConnectionState, IDLE, transition } from './machine.ts'
import type { Observers } from './observers.ts'
import type { Settings } from './options.ts'
import { isOffline, onOnline } from './page.ts'
import { RESERVED } from './protocol.ts'
import { resolveRequest } from './request.ts'
import { advised, FRESH, judge } from './retry.ts'
import type { Router } from './router.ts'
import { createStore, type Store } from './store.ts'
import { eventSourceTransport } from './transports/eventsource.ts'
import { canStream, fetchTransport } from './transports/fetch.ts'
import { failure } from './transports/response.ts'
import type { TransportLink } from './transports/transport.ts'

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
  const { clock, connectTimeout, onUnauthorized, retry } = settings
  const isRequest = settings.mode === 'request'
  const state = createStore<ConnectionState>(IDLE)
  let { transport } = settings
  /** The try that is under way or open. Compared by identity: no callback of any other is heard. */
  let line: object | undefined
  let link: TransportLink | undefined
  /** For messages. */
  let url = typeof settings.url === 'function' ? '' : `${settings.url}`
  let timer: unknown
  let history = FRESH
  let refreshing: Promise<unknown> | undefined

  const heartbeat = createHeartbeat(settings.heartbeat, clock, dead, stale)
  const delivery = createDelivery(settings, cursor, router, observers, heartbeat)

  function send(...input: ConnectionInput): void {
    const next = transition(state.get(), input)
    if (next === state.get()) return
    const { status } = next
    if (status !== 'open') drop()
    if (status === 'connecting') start(next.attempt)
    if (status === 'waiting') wake(next.until, stale)
    if (status === 'paused' && next.reasons.includes('offline')) wake(clock.now() + OFFLINE_MAX, resume)
    if (status === 'idle' || status === 'closed') history = { ...FRESH, serverRetry: history.serverRetry }
    state.set(next)
    // If a listener changed it again, the observers have heard the newer state by now.
    if (state.get() === next) observers.tell('onState', next)
  }

  function wake(at: number, callback: () => void): void {
    clock.clearTimeout(timer)
    timer = setTimer(clock, at - clock.now(), callback)
  }

  function drop(): void {
    clock.clearTimeout(timer)
    heartbeat.stop()
    line = undefined
    link?.close()
    link = undefined
  }

  function start(attempt: number): void {
    drop()
    const mine = {}
    line = mine
    const lastEventId = cursor.id
    /** What only the current line may do. */
    const on =
      <A, B, C>(act: (a: A, b: B, c: C) => void) =>
      (a?: A, b?: B, c?: C): void => {
        if (line === mine) act(a as A, b as B, c as C)
      }
    const open = (interval: number | undefined): void => {
      clock.clearTimeout(timer)
      history = { ...history, seen: {} }
      heartbeat.start(interval)
      send('opened', heartbeat.heardAt)
      if (line === mine) delivery.opened(attempt, lastEventId)
    }
    const connect = async (): Promise<void> => {
      // Listeners hear 'connecting' before the caller's functions are asked, and may change their mind.
      await refreshing
      if (line !== mine) return
      wake(clock.now() + (connectTimeout || Infinity), () =>
        fail(
          failure(url, 'timeout', `no headers in ${connectTimeout} ms (HTTP/1.1 allows six connections to an origin)`),
        ),
      )
      const request = await resolveRequest(settings, { attempt, lastEventId })
      if (line !== mine) return
      url = request.url
      const names = [...router.patterns(), ...Object.keys(settings.events), ...RESERVED]
      transport ??= isRequest || canStream() ? fetchTransport() : eventSourceTransport()
      link = transport.connect(
        { ...request, names },
        {
          open: on(open),
          heard: on(heartbeat.heard),
          beat: on(heartbeat.beat),
          id: on(delivery.id),
          event: on(delivery.event),
          retry: on((ms) => {
            history = advised(history, ms)
          }),
          oversized: on(() => delivery.gap({ reason: 'too-large' })),
          end: on((reason) => {
            if (reason === 'stop' || (reason === 'eof' && isRequest)) send('end', null)
            else fail(reason)
          }),
        },
      )
    }
    connect().catch(on(fail))
  }

  function fail(cause: unknown): void {
    const current = state.get()
    const now = clock.now()
    const { id } = cursor
    const { leaveAt } = heartbeat
    const error =
      cause instanceof SSEError
        ? cause
        : failure(url, 'network', cause === 'eof' ? 'the stream ended' : `${cause}`, { cause })
    const openFor = current.status === 'open' ? now - current.since : -1
    const policy = isRequest && !id ? false : retry
    const before = history
    try {
      history = judge(history, policy, error, openFor, id !== '', now, clock.random())
    } catch (cause) {
      return send('end', failure(url, 'gave-up', `retry() threw ${cause}`, { cause }))
    }
    const { action } = history
    if (action === 'retry') {
      // A server that asked us to leave, and then did not wait for it, has not failed.
      if (leaveAt < Infinity) history = { ...before, until: leaveAt }
      const { failures: attempt, until } = history
      send('lost', { attempt, until, error })
      if (state.get().status !== 'waiting') return
      observers.tell('onRetry', { attempt, until, delay: until - now, error })
      if (error.code === 'network' && isOffline()) send('pause', 'offline')
    } else if (action === 'credentials' && onUnauthorized) {
      // Once for all who wait. The state stays 'connecting', and the next try waits for it.
      refreshing ??= Promise.resolve(error)
        .then(onUnauthorized)
        .catch((cause) => {
          throw failure(url, 'unauthorized', `${cause}`, { cause, status: 401 })
        })
        .finally(() => {
          refreshing = undefined
        })
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

  function dead(silence: number): void {
    fail(failure(url, 'stalled', `silent for ${silence} ms`))
  }

  /** Replaces a line that may be dead, though nothing failed; and a wait that is over. */
  function stale(): void {
    if (isRequest && !cursor.id) dead(clock.now() - heartbeat.heardAt)
    else send('reopen', history.failures)
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
    if (current.status === 'open' && now - heartbeat.heardAt > SILENT_ONLINE) heartbeat.leave(until)
  }, closing)

  return {
    state,
    send,
    listen: (name) => link?.listen?.(name),
    reconnect() {
      if (state.get().status === 'connecting') start(history.failures)
      else {
        send('reopen', history.failures)
        send('connect')
      }
    },
  }
}
