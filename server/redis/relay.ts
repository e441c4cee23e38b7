import { callSafely } from '../../src/base/errors.ts'
import type { Relay, RelayMessage } from '../log/relay.ts'
import type { Link } from './link.ts'
import { createPulse } from './pulse.ts'

/** The parts of its log that the relay needs. */
export interface RelayParts {
  readonly prefix: string
  /** Names this process. */
  readonly node: string
  /** Sends. */
  readonly commands: Link
  /** A connection that does nothing else than hear. */
  readonly subscriber: Link
  readonly timeout: number
  /** How long the first subscription may take, in milliseconds. A node of a cluster gets a part of it: another one may answer. */
  readonly patience: number
  warn(text: string): void
}

/** A relay that can be ended. */
export interface RedisRelay extends Relay {
  readonly available: boolean
  close(): void
}

/**
 * A relay by Redis' Pub/Sub: what is sent while a process has no connection, that process does not get.
 * @returns Resolves when it hears. If it rejects, it has left nothing behind.
 */
export async function createRelay({
  prefix,
  node,
  commands,
  subscriber,
  timeout,
  patience,
  warn,
}: RelayParts): Promise<RedisRelay> {
  // Channels are those of all databases of a server, and keys are not.
  const channel = `{${prefix}}:relay:${subscriber.database}`
  const own = `${channel}:${node}`
  const listeners = new Set<(message: RelayMessage) => void>()
  const { client } = subscriber
  let isHearing = false

  const subscribe = async (ms: number): Promise<void> => {
    await subscriber.call('subscribe', [channel, own], ms)
    isHearing = true
  }
  await subscribe(client.isCluster ? Math.min(patience, timeout / 4) : patience)

  const pulse = createPulse({
    interval: timeout / 2,
    send: () => commands.call('publish', [own, ''], timeout),
    lost() {
      isHearing = false
      warn('messages of other processes do not come any more, and the connection for them is made again')
      subscriber.reconnect()
    },
  })
  client.on('message', (to: string, text: string) => {
    if (to === own) return pulse.heard()
    const message = parse(text)
    if (message) for (const listener of listeners) void callSafely(listener, message)
  })
  client.on('close', () => {
    isHearing = false
  })
  // After each loss of the connection. If that fails, the connection is lost again.
  client.on('ready', () => void subscribe(timeout).catch(() => subscriber.reconnect()))

  return {
    get available() {
      return isHearing
    },
    async send(message) {
      await commands.call('publish', [channel, JSON.stringify(message)], timeout)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: pulse.stop,
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
