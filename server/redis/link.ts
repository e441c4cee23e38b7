import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis'
import { setTimer } from '../../src/base/clock.ts'
import { shown } from '../wire/shown.ts'
import { clock } from './time.ts'

/** A client of ioredis: of one server, of a server behind Sentinel, or of a cluster. */
export type RedisClient = Redis | Cluster

/** After how long at most a lost connection is tried again, in milliseconds. Each process at another time. */
const RETRY = 2000

const retry = (attempt: number): number => 50 + Math.random() * Math.min(RETRY, 50 * 2 ** attempt)

/**
 * Nothing waits in the client, and nothing is sent twice behind our back: what is not answered rejects, and the log decides. RESP2
 * has the same replies in all versions.
 */
const OPTIONS = {
  lazyConnect: false,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  retryStrategy: retry,
  protocol: 2,
  keyPrefix: '',
  enableAutoPipelining: false,
  // A server that does not answer does not confirm the end of a connection either.
  disconnectTimeout: 100,
} as const satisfies RedisOptions

/** A node that is away concerns only what is asked of it: the others are not given up, and nothing is held up until it is back. */
const CLUSTER_OPTIONS = {
  lazyConnect: false,
  enableOfflineQueue: false,
  keyPrefix: '',
  clusterRetryStrategy: retry,
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  // The check asks any node, also one that is away, and waits for the answer without a limit.
  enableReadyCheck: false,
  scaleReads: 'master',
} as const satisfies ClusterOptions

function duplicate(redis: RedisClient): RedisClient {
  if (!redis.isCluster) return (redis as Redis).duplicate(OPTIONS)
  const { retryStrategy: _, ...redisOptions } = OPTIONS
  return (redis as Cluster).duplicate([], {
    ...CLUSTER_OPTIONS,
    redisOptions: { ...redisOptions, enableOfflineQueue: true },
  })
}

/** The connection failed, not Redis. */
class ConnectionError extends Error {
  /** Redis may have the command. */
  readonly isSent: boolean

  constructor(message: string, isSent: boolean, cause?: unknown) {
    super(message, { cause })
    this.isSent = isSent
  }
}

/** A failure of a step that nothing depends on yet: whether Redis has carried it out is of no importance. */
export const unsent = (error: unknown): unknown =>
  error instanceof ConnectionError ? new ConnectionError(error.message, false, error.cause) : error

/** The error of ioredis if it has not sent a command. */
const UNSENT = /^(Stream isn't writeable|Cluster isn't ready)/

/** The error of ioredis if the nodes of a cluster have sent a command to each other too often. None of them has carried it out. */
const REDIRECTED = /^Too many Cluster redirections\. Last error: ReplyError: (.*)/

/** The message of ioredis about a lost connection concerns its own retries. */
function failureOf(error: Error): Error {
  if (isReply(error)) return error
  const [, reply] = REDIRECTED.exec(error.message) ?? []
  if (reply !== undefined) return new ConnectionError(reply, false, error)
  const isSent = !UNSENT.test(error.message)
  return new ConnectionError(isSent ? 'the connection was lost' : 'there is no connection', isSent, error)
}

/** A connection of our own to the server of a client that the application has made. It connects again whenever it is lost. */
export class Link {
  readonly client: RedisClient
  /** Why there is no connection, as far as is known. */
  error: Error | undefined
  readonly #wakes = new Set<() => void>()
  /** Of the nodes of a cluster. */
  #nodeError: Error | undefined

  /** @throws TypeError for what is no client of ioredis. */
  constructor(redis: RedisClient) {
    if (typeof redis?.duplicate !== 'function' || typeof redis.call !== 'function')
      throw new TypeError(`redisLog expects a client of ioredis, new Redis(…) or new Cluster(…), got ${shown(redis)}`)
    this.client = duplicate(redis)
    this.client.on('error', (error: Error) => {
      this.error = this.#nodeError ?? error
    })
    this.client.on('node error', (error: Error) => {
      // After each error of a node, ioredis says so too.
      if (error.message !== 'Connection is closed.') this.#nodeError = error
    })
    this.client.on('ready', () => {
      this.error = this.#nodeError = undefined
      this.#wake()
    })
  }

  /** The number of its database. */
  get database(): number {
    return this.client.isCluster ? 0 : ((this.client as Redis).options.db ?? 0)
  }

  get isReady(): boolean {
    return this.client.status === 'ready'
  }

  /** Waits until there is a connection, for so many milliseconds at most. @returns Whether there is. */
  async ready(ms: number): Promise<boolean> {
    if (this.isReady || ms <= 0) return this.isReady
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clock.clearTimeout(timer)
        this.#wakes.delete(done)
        resolve()
      }
      const timer = setTimer(clock, ms, done)
      this.#wakes.add(done)
    })
    return this.isReady
  }

  /**
   * Sends a command. @param ms - How long Redis may take. Then the connection is given up: what it is still to answer would be taken
   * for the answer to something else.
   * @param patience - How long the caller waits. If that is shorter, the connection stays meanwhile.
   * @returns Rejects with what Redis answers, or if there is no answer.
   */
  call(command: string, args: readonly (string | number)[], ms: number, patience: number = ms): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void =>
        reject(new ConnectionError(`no answer within ${Math.round(Math.min(ms, patience))} ms`, true))
      const timers = [setTimer(clock, ms, () => this.reconnect()), setTimer(clock, Math.min(ms, patience), giveUp)]
      this.client
        .call(command, [...args])
        .finally(() => {
          for (const timer of timers) clock.clearTimeout(timer)
        })
        .then(resolve, (error) => reject(failureOf(error)))
    })
  }

  /** Gives the connection up, and makes another. */
  reconnect(): void {
    const { status, isCluster } = this.client
    // A cluster that is told so while it looks up the addresses of its nodes never connects again.
    if (status !== 'end' && !(isCluster && status === 'connecting')) this.client.disconnect(true)
  }

  close(): void {
    this.client.disconnect()
    this.#wake()
  }

  #wake(): void {
    for (const wake of [...this.#wakes]) wake()
  }
}

/** Redis is there and cannot do it for now: it loads its data, or is a replica by now. */
const PASSING = /^(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|UNBLOCKED|BUSY)\b/

/** An error that Redis has answered with begins with a word in capitals. */
const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError'

const textOf = (error: unknown): string => (error instanceof Error ? error.message : '')

/** Whether the same command may work a little later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ConnectionError || (isReply(error) && PASSING.test(textOf(error)))

/** Whether Redis may have the command, and its answer is not known. */
export const isSent = (error: unknown): boolean => error instanceof ConnectionError && error.isSent

/** Whether the server has become a replica: another connection may lead to the one that has taken its place. */
export const isReplica = (error: unknown): boolean => isReply(error) && /^(READONLY|UNBLOCKED)\b/.test(textOf(error))
