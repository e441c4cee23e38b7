import { callSafely } from '../../src/base/errors.ts'
import type { Relay, RelayMessage } from '../log/relay.ts'
import type { Link } from './link.ts'

/**
 * A relay by Redis' Pub/Sub: what is sent while a process has no connection, that process does not get.
 * @param commands - Sends. @param subscriber - A connection that does nothing else than hear.
 * @returns Resolves when it hears.
 */
export async function createRelay(channel: string, commands: Link, subscriber: Link, timeout: number): Promise<Relay> {
  const listeners = new Set<(message: RelayMessage) => void>()
  const { client } = subscriber

  const subscribe = (): Promise<unknown> => subscriber.call('subscribe', [channel], timeout)

  client.on('message', (_: string, text: string) => {
    const message = parse(text)
    if (message) for (const listener of listeners) void callSafely(listener, message)
  })
  await subscribe()
  // After each loss of the connection. If that fails, the connection is lost again.
  client.on('ready', () => void subscribe().catch(() => subscriber.reconnect()))

  return {
    async send(message) {
      await commands.call('publish', [channel, JSON.stringify(message)], timeout)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Undefined for what no hub has sent. */
function parse(text: string): RelayMessage | undefined {
  try {
    const message = JSON.parse(text)
    return typeof message === 'object' && message !== null ? message : undefined
  } catch {
    return undefined
  }
}
