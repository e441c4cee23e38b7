import { setTimer } from './clock.ts'
import { createCredentials } from './credentials.ts'
import { type Cursor, createCursor } from './cursor.ts'
import { createDelivery, type Handler } from './delivery.ts'
import { SSEError } from './errors.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createLifecycle } from './lifecycle.ts'
import { type Line, type LineParts, openLine } from './line.ts'
import { type ConnectionInput, type ConnectionState, IDLE, transition } from './machine.ts'
import type { Observers } from './observers.ts'
import type { SSEUrl } from './options.ts'
import { isOffline } from './page.ts'
import { post } from './post.ts'
import { RESERVED } from './protocol.ts'
import { createRecovery } from './recovery.ts'
import { createResume } from './resume.ts'
import type { Router } from './router.ts'
import type { Settings } from './settings.ts'
import { createStore, type Store } from './store.ts'
import { createTopics, type Topics } from './topics.ts'
import { failure } from './transports/response.ts'
import type { TransportHost } from './transports/transport.ts'

/*
 * Carries out what the machine says. There is one line, the try that is under way or open, and one timer: while waiting
 * for the next try, while offline for a look of our own, and after the network came back for a sign of life. The
 * line itself waits for its headers, and open, it is the heartbeat's turn.
 */

export interface Connection {
  readonly state: Store<ConnectionState>
  readonly cursor: Cursor
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
  router: Router<Handler>,
  observers: Observers,
  wanted: () => boolean,
): Connection {
  const { clock, dedupe, onUnauthorized } = settings
  const isRequest = settings.mode === 'request'
  const credentials = onUnauthorized && createCredentials(onUnauthorized)
  const recovery = createRecovery(settings.retry, clock)
  const state = createStore<ConnectionState>(IDLE)
  const cursor = createCursor(settings.lastEventId, dedupe, settings.commit === 'handled', () => stored?.moved())
  const stored = createResume(settings, cursor)
  /** The try that is under way or open. */
  let line: Line | undefined
  let timer: unknown
  /** The last wait. */
  let wait: ConnectionState | undefined

  /** Whether the request may be sent again by itself: one that is a request, and not a subscription, only to resume. */
  const isRepeatable = (): boolean => !isRequest || cursor.committed !== ''

  const heartbeat = createHeartbeat(settings.heartbeat, clock, dead, stale, !isRequest)
  const tell = (url: SSEUrl | undefined, body: object): Promise<unknown> => post(settings, url, body, credentials)
  const rejoin = (): void => (isRepeatable() ? replace() : undefined)
  const host: TransportHost = { state, send, reconnect, tell: (change) => tell(settings.topicsUrl, change) }
  const topics = createTopics(settings, host.tell, (all) => line?.join(all) ?? false, rejoin)
  const delivery = createDelivery(settings, cursor, router, observers, heartbeat, topics)
  const subject = { state, heartbeat, recovery, isRepeatable, wanted, send, wake, stale }
  const lifecycle = createLifecycle(settings, subject)

  function send(...input: ConnectionInput): void {
    const before = state.get()
    if (input[0] === 'pause') recovery.settle(before)
    let next = transition(before, input)
    // A pause is no way round a server that wants to be left alone.
    if (input[0] === 'resume' && next.status === 'connecting' && recovery.history.earliest > clock.now())
      next = wait ?? next
    if (next === before) return
    const { status } = next
    const isOver = status === 'idle' || status === 'closed'
    // Whoever connects by hand starts afresh.
    if (input[0] === 'connect' || isOver) recovery.forget()
    if (isOver) lifecycle.end()
    if (status === 'connecting') start(next.attempt)
    else if (status !== 'open') drop()
    if (status === 'closed') topics.lost(next.error ?? new SSEError('gave-up', 'the subscription has been closed'))
    // Nothing of a request that is complete, or was broken off by hand, is to be asked for again.
    const isDone = isRequest && status === 'closed' && !next.error
    if (isDone) cursor.reset(settings.lastEventId)
    if (isOver || status === 'paused') stored?.flush(isDone)
    if (status === 'waiting') {
      wait = next
      recovery.waits(next.attempt, next.until, next.error.retryAfter)
      wake(next.until, stale)
    }
    if (status === 'paused' && next.reasons.includes('offline')) lifecycle.rest()
    state.set(next)
    // If a listener changed it again, the observers have heard the newer state by now.
    if (state.get() !== next) return
    observers.tell('onState', next)
    if (status === 'waiting' && before.status !== 'waiting' && state.get() === next) {
      const { attempt, until, error } = next
      observers.tell('onRetry', { attempt, until, delay: until - clock.now(), error })
      if (error.code === 'network' && isOffline()) send('pause', 'offline')
    }
    if (!isOver && state.get() === next) lifecycle.begin()
  }

  function wake(at: number, callback: () => void): void {
    clock.clearTimeout(timer)
    timer = setTimer(clock, at - clock.now(), callback)
  }

  function drop(): void {
    clock.clearTimeout(timer)
    heartbeat.stop()
    // Not once: a transport that calls back while it is closed may have made another.
    for (let left = line; left; left = line) {
      line = undefined
      left.close()
    }
    topics.lost()
  }

  function start(attempt: number): void {
    drop()
    let requested = ''
    const parts: LineParts = {
      host,
      topics: topics.request,
      names: () => [...router.patterns(), ...Object.keys(settings.events), ...RESERVED],
      context() {
        requested = cursor.committed
        return { attempt, lastEventId: requested }
      },
    }
    const ready = Promise.all([stored?.load(), credentials?.refreshing])
    const mine = openLine(settings, parts, ready, {
      open(interval) {
        recovery.opened()
        heartbeat.start(interval)
        send('opened', heartbeat.heardAt)
        if (line === mine) delivery.opened(attempt, requested)
      },
      heard: heartbeat.heard,
      beat: heartbeat.beat,
      id: delivery.id,
      event: delivery.event,
      retry: recovery.advised,
      oversized: () => delivery.gap({ reason: 'too-large' }),
      end(reason) {
        if (reason === 'stop' || (reason === 'eof' && isRequest)) send('end', null)
        else fail(reason)
      },
    })
    line = mine
  }

  function fail(cause: unknown): void {
    const id = cursor.committed
    const error =
      cause instanceof SSEError
        ? cause
        : failure(line?.url, 'network', cause === 'eof' ? 'the stream ended' : `${cause}`, { cause })
    const before = line
    try {
      recovery.failed(error, state.get(), isRepeatable(), id !== '', heartbeat.leaveAt)
    } catch (cause) {
      return send('end', failure(line?.url, 'gave-up', `retry() threw ${cause}`, { cause }))
    }
    // The caller's own function may have closed or reconnected.
    if (line !== before) return
    const { action, failures, until } = recovery.history
    if (action === 'retry') {
      send('lost', { attempt: failures, until, error })
    } else if (action === 'credentials' && credentials) {
      // The state stays 'connecting', and the next try waits for it.
      credentials.refresh(error, line?.url)
      start(failures)
    } else if (action === 'cursor' && !isRequest) {
      cursor.reset('')
      start(failures)
      if (id) delivery.gap({ reason: 'refused', requested: id })
    } else if (action === 'give-up') {
      const message = `${error.message}; failure ${failures} was one too many, connect() starts again`
      send('end', new SSEError('gave-up', message, { cause: error }))
    } else send('end', error)
  }

  function dead(silence: number): void {
    fail(failure(line?.url, 'stalled', `silent for ${silence} ms`))
  }

  /** Leaves the line, though nothing failed, or a wait that is over, and connects. */
  function replace(): void {
    send('reopen', recovery.settle(state.get()))
  }

  /** The line may be dead. */
  function stale(): void {
    if (isRepeatable()) replace()
    else dead(clock.now() - heartbeat.heardAt)
  }

  function reconnect(): void {
    const before = state.get()
    if (before.status === 'connecting') return start(recovery.history.failures)
    replace()
    // Whoever heard of it may have closed or paused: that is not to be undone.
    if (state.get() === before) send('connect')
  }

  return {
    state,
    cursor,
    send,
    topics,
    tell,
    listen: (name) => line?.listen(name),
    reconnect,
  }
}
