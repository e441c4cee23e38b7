import { monotonic } from '../../src/base/clock.ts'
import { type Client, type Ending, noteSeen } from '../audience/client.ts'
import { goodbyeFrame } from '../wire/frames.ts'
import type { HubContext } from './context.ts'

/** The streams that are open. `open.ts` opens them. */
export interface Streams {
  /** Sends a client a message of the protocol. */
  send(client: Client, frame: Uint8Array): void
  /** Asks a client to come back in so many milliseconds, and ends its stream a little later. */
  dismiss(client: Client, reconnectInMs: number, why: Ending): void
  end(client: Client, why: Ending): void
  /** Looks whether a client has taken what was written to it, and notes when it was there. */
  look(client: Client): void
  /** The sink of a client takes more. */
  drained(client: Client): void
  /** Calls back for each stream that has ended, behind `onDisconnect`. */
  onEnd(listener: (client: Client) => void): void
}

/** A client that was asked to leave does so after a second at the earliest; then it has as long again to be gone. */
const GRACE = 1000

export function createStreams({ settings: { clock }, registry, counters, observers }: HubContext): Streams {
  const ended: ((client: Client) => void)[] = []

  /** Does what may call the host's sink. An error in it ends this stream, and no other: a round for all clients goes on. */
  function guard(client: Client, act: () => void): void {
    try {
      act()
    } catch (error) {
      observers.call('onError', error, 'stream')
      end(client, 'error')
    }
  }

  function send(client: Client, frame: Uint8Array): void {
    guard(client, () => {
      if (!client.ended && !client.outlet.send(frame)) end(client, 'overflow')
    })
  }

  function end(client: Client, why: Ending): void {
    if (client.ended) return
    // A client that was asked to leave, and does, has not just gone.
    const reason = why === 'closed' && client.endsAt < Infinity ? client.leaving : why
    client.ended = reason
    registry.remove(client)
    const { outlet, sink } = client
    // A client that takes nothing would not take the end either, and keep the socket. And what waits must not look sent.
    const isBehind = outlet.blockedSince !== undefined || outlet.events > 0 || why === 'timeout'
    outlet.close()
    counters.endings[reason]++
    guard(client, () => {
      if (isBehind) sink.destroy()
      else if (why !== 'closed') sink.end()
    })
    const { id: clientId, principal, openedAt } = client
    observers.call('onDisconnect', { clientId, principal, reason, openFor: monotonic(clock) - openedAt })
    for (const listener of ended) listener(client)
  }

  function dismiss(client: Client, reconnectInMs: number, why: Ending): void {
    if (client.endsAt < Infinity) return
    client.leavesAt = Infinity
    client.endsAt = monotonic(clock) + Math.max(reconnectInMs, GRACE) + GRACE
    client.leaving = why
    send(client, goodbyeFrame(reconnectInMs))
  }

  return {
    send,
    end,
    dismiss,
    look: (client) =>
      guard(client, () => {
        if (client.outlet.look()) noteSeen(client, monotonic(clock), clock.now())
      }),
    drained: (client) => guard(client, () => client.outlet.drained()),
    onEnd: (listener) => ended.push(listener),
  }
}
