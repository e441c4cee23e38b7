import { setTimer } from './clock.ts'
import { createCredentials } from './credentials.ts'
import type { Cursor } from './cursor.ts'
import { createDelivery, type Handler } from './delivery.ts'
import { SSEError } from './errors.ts'
import { createHeartbeat } from './heartbeat.ts'
import { type Line, openLine } from './line.ts'
import { type ConnectionInput, type ConnectionState, IDLE, transition } from './machine.ts'
import type { Observers } from './observers.ts'
import type { SSEUrl } from './options.ts'
import { isOffline, OFFLINE_MAX, onOnline, SILENT_ONLINE, WAKE_SPREAD } from './page.ts'
import { post } from './post.ts'
import { RESERVED } from './protocol.ts'
import { advised, FLOOR, FRESH, judge, proven } from './retry.ts'
import type { Router } from './router.ts'
import type { Settings } from './settings.ts'
import { createStore, type Store } from './store.ts'
import { createTopics, type Topics } from './topics.ts'
import { failure } from './transports/response.ts'

/*
 * Carries out what the machine says. There is one line, the try that is under way or open, and one timer: while waiting
 * for the next try, while offline for a look of our own, and after the network came back for a sign of life. The
 * line itself waits for its headers, and open, it is the heartbeat's turn.
 */

export interface Connection {
  readonly state: Store<ConnectionState>
  send(...input: ConnectionInput): void
  readonly topics: Topics
  /** Sends JSON to the server, as the stream's own requests are sent. */
  tell(url: SSEUrl | undefined, body: object): Promise<unknown>
  /** Leaves whatever there is and connects at once. */
  reconnect(): void
  /** Somebody wants to hear of one more name. */
  listen(name: string): void
}

/**
 * @param wanted - Whether anybody wants a connection.
 */
export function createConnection(
  settings: Settings,
  cursor: Cursor,
  router: Router<Handler>,
  observers: Observers,
  wanted: () => boolean,
): Connection {
  const { clock, onUnauthorized, retry } = settings
  const isRequest = settings.mode === 'request'
  const credentials = onUnauthorized && createCredentials(onUnauthorized)
  const state = createStore<ConnectionState>(IDLE)
  /** The try that is under way or open. */
  let line: Line | undefined
  let timer: unknown
  let history = FRESH
  let offOnline: (() => void) | undefined

  /** Whether the request may be sent again by itself: one that is a request, and not a subscription, only to resume. */
  const isRepeatable = (): boolean => !isRequest || cursor.id !== ''

  const heartbeat = createHeartbeat(settings.heartbeat, clock, dead, stale, !isRequest)
  const tell = (url: SSEUrl | undefined, body: object): Promise<unknown> => post(settings, url, body, credentials)
  const rejoin = (): void => (isRepeatable() ? replace() : undefined)
  const topics = createTopics(settings, (change) => tell(settings.topicsUrl, change), rejoin)
  const delivery = createDelivery(settings, cursor, router, observers, heartbeat, topics)

  function send(...input: ConnectionInput): void {
    if (input[0] === 'pause') settle()
    const next = transition(state.get(), input)
    if (next === state.get()) return
    const { status } = next
    // Whoever connects by hand starts afresh.
    if (input[0] === 'connect' || status === 'idle' || status === 'closed') forget()
    if (status === 'idle' || status === 'closed') {
      offOnline?.()
      offOnline = undefined
    } else offOnline ??= onOnline(online)
    if (status === 'connecting') start(next.attempt)
    else if (status !== 'open') drop()
    if (status === 'closed') topics.lost(next.error ?? new SSEError('gave-up', 'the subscription has been closed'))
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
    topics.lost()
  }

  function start(attempt: number): void {
    drop()
    const lastEventId = cursor.id
    const names = (): string[] => [...router.patterns(), ...Object.keys(settings.events), ...RESERVED]
    const mine = openLine(settings, { attempt, lastEventId }, topics.request, credentials?.refreshing, names, {
      open(interval) {
        history = { ...history, seen: {} }
        heartbeat.start(interval)
        send('opened', heartbeat.heardAt)
        if (line === mine) delivery.opened(attempt, lastEventId)
      },
      heard: heartbeat.heard,
      beat: heartbeat.beat,
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
        : failure(line?.url, 'network', cause === 'eof' ? 'the stream ended' : `${cause}`, { cause })
    const openFor = current.status === 'open' ? now - current.since : -1
    const policy = isRepeatable() && retry
    const before = line
    try {
      history =
        leaveAt < Infinity && policy
          ? // A server that asked us to leave, and then did not wait for it, has not failed.
            { ...history, action: 'retry', until: Math.max(leaveAt, now + FLOOR) }
          : judge(history, policy, error, openFor, id !== '', now, clock.random())
    } catch (cause) {
      return send('end', failure(line?.url, 'gave-up', `retry() threw ${cause}`, { cause }))
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
      credentials.refresh(error, line?.url)
      start(history.failures)
    } else if (action === 'cursor' && !isRequest) {
      cursor.reset('')
      start(history.failures)
      if (id) delivery.gap({ reason: 'refused', requested: id })
    } else if (action === 'give-up') {
      const message = `${error.message}; failure ${history.failures} was one too many, connect() starts again`
      send('end', new SSEError('gave-up', message, { cause: error }))
    } else send('end', error)
  }

  function dead(silence: number): void {
    fail(failure(line?.url, 'stalled', `silent for ${silence} ms`))
  }

  /** Leaves the line, though nothing failed, or a wait that is over, and connects. */
  function replace(): void {
    send('reopen', settle())
  }

  /** The line may be dead. */
  function stale(): void {
    if (isRepeatable()) replace()
    else dead(clock.now() - heartbeat.heardAt)
  }

  function resume(): void {
    send('resume', 'offline', wanted(), history.failures)
  }

  function online(): void {
    const now = clock.now()
    const until = Math.ceil(Math.max(now + clock.random() * WAKE_SPREAD, history.earliest))
    const current = state.get()
    if (current.status === 'waiting' && until < current.until) send('lost', { ...current, until })
    if (current.status === 'paused' && current.reasons.includes('offline')) wake(until, resume)
    const { heardAt } = heartbeat
    // What may not be sent again is left to its heartbeat.
    if (current.status === 'open' && now - heardAt > SILENT_ONLINE && isRepeatable())
      wake(until, () => heartbeat.heardAt === heardAt && stale())
  }

  return {
    state,
    send,
    topics,
    tell,
    listen: (name) => line?.listen(name),
    reconnect() {
      const before = state.get()
      if (before.status === 'connecting') return start(history.failures)
      replace()
      // Whoever heard of it may have closed or paused: that is not to be undone.
      if (state.get() === before) send('connect')
    },
  }
}
