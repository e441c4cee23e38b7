import { isThenable } from '../../src/base/errors.ts'
import type { ClientSelector } from '../audience/clients.ts'
import type { Membership } from '../audience/memberships.ts'
import type { Identity } from '../audience/principal.ts'
import { type LogRecord, mintEpoch } from '../log/log.ts'
import type { Relay, RelayMessage } from '../log/relay.ts'
import type { HubStats } from '../observe/stats.ts'

/** The messages between hubs, by kind. */
interface Messages {
  /** An event that is in no log. */
  volatile: { readonly record: LogRecord }
  kick: { readonly which: ClientSelector }
  join: { readonly which: ClientSelector; readonly topic: string; readonly epoch: string; readonly since: number }
  leave: { readonly which: ClientSelector; readonly topic: string }
  /** The log has been reset by `hub.reset`. */
  reset: object
  /** This hub has just begun, and knows of no `join`. */
  hello: object
  /** The answer: what users and sessions are joined to. */
  joined: { readonly to: string; readonly epoch: string; readonly list: readonly Membership[] }
  /** A hub is there, and these are its figures. */
  figures: { readonly at: number; readonly stats: HubStats }
  /** It wants to know how many streams the users of another hub have. */
  ask: { readonly to: string }
  /** So many streams these users have. Others of the hub have as many as before. */
  users: { readonly list: readonly (readonly [userId: string, count: number])[] }
  /** A hub closes. */
  bye: object
  /** A POST that changes the topics of a stream, and who it comes from. */
  topics: {
    readonly id: number
    readonly principal: Pick<Identity, 'userId' | 'sessionId' | 'tenant'>
    readonly body: Readonly<Record<string, unknown>>
  }
  /** The answer of the hub that has the stream: that of the POST, or a refusal. */
  answer: {
    readonly to: string
    readonly id: number
    readonly answer?: object
    readonly refusal?: { readonly status: number; readonly code: string; readonly message: string }
  }
}

/** These are repeated, so that nobody needs to hear that one was lost. */
const REPEATED: readonly string[] = ['figures', 'users', 'ask', 'bye'] satisfies (keyof Messages)[]

/** A message of another hub. `from` names that hub. */
type Told<K extends keyof Messages> = Messages[K] & { readonly from: string }

/** The hubs of the other processes. */
export interface Others {
  /** Names this hub to them. */
  readonly id: string
  /** There is no relay: this hub is the only one. */
  readonly areNone: boolean
  /** Tells all of them. Messages that are lost on the way are counted. */
  tell<K extends keyof Messages>(kind: K, message: Messages[K]): void
  /** Calls back for each message of a kind. There is one callback for each kind. */
  on<K extends keyof Messages>(kind: K, handler: (message: Told<K>) => unknown): void
  /** Hears nothing any more, and tells nothing. */
  stop(): void
}

/** @param failed - Hears what the relay rejects with, and what a message of another hub makes fail here. */
export function createOthers(relay: Relay | undefined, failed: (error: unknown) => void): Others {
  const id = mintEpoch()
  const handlers = new Map<string, (message: never) => unknown>()
  let isStopped = relay === undefined

  /** A failure here concerns one message. */
  async function attempt(act: () => unknown, report = failed): Promise<void> {
    try {
      const result = act()
      if (isThenable(result)) await result
    } catch (error) {
      report(error)
    }
  }

  function hear({ kind, from, ...message }: RelayMessage): void {
    if (isStopped || from === id) return
    const handler = handlers.get(`${kind}`)
    if (handler) void attempt(() => handler({ ...message, from } as never))
  }

  const unsubscribe = relay?.subscribe(hear)
  return {
    id,
    areNone: relay === undefined,
    tell(kind, message) {
      if (isStopped) return
      const lost = REPEATED.includes(kind) ? () => {} : failed
      void attempt(() => relay?.send({ ...message, kind, from: id }), lost)
    },
    on: (kind, handler) => void handlers.set(kind, handler),
    stop() {
      isStopped = true
      unsubscribe?.()
    },
  }
}
