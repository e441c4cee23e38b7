import type { ServerResponse } from 'node:http'
import type { Http2Session } from 'node:http2'
import { setTimer, systemClock } from '../src/base/clock.ts'
import type { Clock } from '../src/index.ts'
import type { PeerEvents } from './audience/carrier.ts'

/*
 * A peer that vanishes without a word, with its battery or its network, leaves a connection that looks open for ever. Over
 * HTTP/1.1 the kernel asks whether it is there (TCP keep-alive), over HTTP/2 the server does (PING, RFC 9113, 6.7).
 */

/** How long the kernel asks, in milliseconds: libuv has it ask ten times, a second apart. Measured, it takes 10 to 12 s. */
const PROBING = 12_000

/**
 * After how long a silence the kernel begins to ask, in milliseconds. Node takes whole seconds, and one at least.
 * @param clientTimeout - In milliseconds.
 */
export const keepAliveDelay = (clientTimeout: number): number =>
  Math.min(Math.max(clientTimeout - PROBING, 1000), 0x7fffffff)

/** The response of HTTP/1.1 or HTTP/2. */
type AnyResponse = ServerResponse & { readonly stream?: { readonly session?: Http2Session | undefined } }

/** Sees to it that the hub hears of a peer that has vanished. */
export function watchPeer(response: AnyResponse, events: PeerEvents): void {
  if (events.clientTimeout === Infinity) return
  const session = response.stream?.session
  if (session) watchSession(session, response, events)
  else watchSocket(response, events)
}

function watchSocket(response: ServerResponse, { clientTimeout, vanished }: PeerEvents): void {
  const { socket } = response
  if (!socket) return
  socket.setKeepAlive?.(true, keepAliveDelay(clientTimeout))
  const failed = ({ code }: NodeJS.ErrnoException): void => {
    if (code === 'ETIMEDOUT') vanished()
  }
  socket.on('error', failed)
  // A socket may carry other requests after this one.
  response.once('close', () => socket.off('error', failed))
}

/** One PING for all streams of a session. */
const sessions = new WeakMap<Http2Session, Set<PeerEvents>>()

function watchSession(session: Http2Session, response: ServerResponse, events: PeerEvents): void {
  const streams = sessions.get(session) ?? new Set()
  streams.add(events)
  response.once('close', () => streams.delete(events))
  if (sessions.has(session)) return
  sessions.set(session, streams)
  pingSession(session, events.clientTimeout, () => {
    for (const { vanished } of [...streams]) vanished()
    session.destroy()
  })
}

/**
 * Asks twice within the time: an answer to either will do for half of it, and the silence between two of them is no longer than
 * the time.
 * @param gone - Called once, when a PING has had no answer.
 */
export function pingSession(
  session: Pick<Http2Session, 'ping' | 'destroyed' | 'once'>,
  clientTimeout: number,
  gone: () => void,
  clock: Clock = systemClock,
): void {
  let timer: unknown
  let answered = true

  function ask(): void {
    if (session.destroyed) return
    if (!answered) return gone()
    answered = false
    try {
      session.ping((error) => {
        answered ||= !error
      })
    } catch {
      // The session is closing: `close` says so.
      return
    }
    wait()
  }

  function wait(): void {
    timer = setTimer(clock, clientTimeout / 2, () => {
      // If this process itself was held up, answers are here that have not been read.
      clock.setTimeout(() => clock.setTimeout(ask, 0), 0)
    })
    // A process that has nothing else to do may end.
    ;(timer as NodeJS.Timeout | undefined)?.unref?.()
  }

  session.once('close', () => clock.clearTimeout(timer))
  wait()
}
