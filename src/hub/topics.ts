import { createTimer } from '../base/clock.ts'
import { callSafely, requestError, SSEError } from '../base/errors.ts'
import type { Host, HostTopics, TransportLink } from '../transports/transport.ts'
import { CONFIRM, changeOf } from './change.ts'
import type { Control } from './protocol.ts'
import { createWanted, type Wanted } from './wanted.ts'

/*
 * The topics that a client wants, and how the server learns of them. All of them are in every request, so that a reconnect
 * joins and resumes in one go. A change while the stream is open is a POST, and it counts once the stream itself confirms it:
 * what comes after that is complete. Where the server does not know the connection any more or does not confirm, a reconnect
 * does the same; so it does where the server has not introduced itself, but only to join a topic: to leave one is not worth it.
 */

/** Changes that come together travel together: for so many milliseconds. */
const GATHER = 20

/** The topics of one connection, as the server knows them. */
interface Joined {
  /** The topics that the server was asked for. Topics that it does not grant are not asked for again. */
  _sought: readonly string[]
  /** Undefined until the stream is open, and while a change is under way. */
  _granted?: readonly string[] | undefined
  _clientId?: string | undefined
  /** The number of the last change. */
  _count: number
}

/** The server does not grant a topic. The code is `unauthorized`, the message is the server's. */
export interface TopicRefused extends SSEError {
  readonly topic: string
  /**
   * The server's word. `invalid`: it is no name of a topic. `denied`: the user may not have it. `full`: it has too many clients.
   * `too-many`: the client has too many topics.
   */
  readonly reason: 'invalid' | 'denied' | 'full' | 'too-many' | (string & {})
}

/** The client of a hub: its layer sets the topics. */
export interface HubHost extends Host {
  topics: Topics
}

interface Topics extends Wanted, HostTopics {
  /** Resolves when the server has granted a topic; rejects if it does not, or when the client closes. */
  _join(name: string): Promise<void>
  /** A request is about to be sent, with all topics that are wanted now. */
  _start(): void
  /** The server introduced itself, or confirms a change. @param control - {}: it does not do that, and grants all. */
  _open(control: Control): void
  /** The stream is over. @param error - For good, until `connect()`; false: for now. */
  _fail(error?: SSEError | false): void
  /** The server's name for the connection; '' if there is none. */
  _clientId(): string
}

/** The topics that the server refuses, as errors. The fields may be of any type, and reading them may throw. */
const refusedIn = (denied: NonNullable<Control['denied']>): readonly TopicRefused[] =>
  denied.map(
    ({ topic, code, message }) =>
      new SSEError('unauthorized', message, { topic, reason: code } as object) as TopicRefused,
  )

/** Notes what the server has granted. It may name everything (`*`), or nothing. */
function grant(joined: Joined, { topics, clientId }: Control): void {
  joined._granted = Array.isArray(topics) && !topics.includes('*') ? topics : joined._sought
  joined._clientId ??= clientId
}

/**
 * @param always - Topics that are wanted as long as the client is.
 * @param change - Sends a change to the server.
 * @param getLink - The link of the connection: its transport may send all topics itself.
 * @param onRefused - Called for each topic that the server does not grant, each time that it says so.
 */
type CreateTopics = (
  host: Host,
  always: unknown,
  change: HostTopics['change'],
  getLink: () => TransportLink | undefined,
  onRefused: (error: TopicRefused) => void,
) => Topics

export const createTopics: CreateTopics = (host, always, change, getLink, onRefused) => {
  const timer = createTimer(host.options.clock)
  const waiting: (() => void)[] = []
  let joined: Joined | undefined
  let over: SSEError | false | undefined
  /** The topics refused in the last message that refused any: no more is kept, so it cannot grow. */
  let refused: readonly TopicRefused[] = []
  const gather = (): unknown => joined?._granted && timer(GATHER, update)
  const wanted = createWanted(host, always, gather)

  function update(): unknown {
    const own = joined as Joined
    const due = changeOf(own._sought, wanted.wanted(), own._clientId)
    if (!due?.clientId) return due && host.reconnect()
    own._sought = due.all
    own._granted = undefined
    timer(CONFIRM, () => host.reconnect())
    if (getLink()?.join?.(due.all)) return undefined
    const sent = change({ ...due, rev: ++own._count })
    // The server does not know the connection. After any other answer, the stream has the last word, or its silence.
    return sent.catch(({ status }) => /4(04|10)/.test(status) && joined === own && host.reconnect())
  }

  function set(next?: Joined, error?: SSEError | false): void {
    timer()
    over = error
    joined = next
    if (error) wanted._forgetLeft()
    for (const wake of waiting.splice(0)) wake()
  }

  return {
    ...wanted,
    change,
    _clientId: () => joined?._clientId ?? '',
    async _join(name) {
      while (!joined?._granted?.includes(name)) {
        if (over) throw over
        if (joined?._granted && joined._sought.includes(name))
          throw refused.find(({ topic }) => topic === name) ?? requestError(name, 'unauthorized', 'refused')
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    _start: () => set({ _sought: wanted.wanted(), _count: 0 }),
    _open(control) {
      const { rev = 0, denied } = control
      if (!joined || rev < joined._count) return
      grant(joined, control)
      set(joined)
      gather()
      if (!denied) return
      refused = refusedIn(denied)
      for (const error of refused) callSafely(onRefused, error)
    },
    _fail: (error) => set(undefined, error),
  }
}
