import type { Clock } from '../../src/index.ts'
import type { Authentication, Identity, Principal } from '../audience/principal.ts'
import type { EventLog } from '../log/log.ts'
import type { HubObserver } from '../observe/observers.ts'
import type { HubStats } from '../observe/stats.ts'
import type { EventFilter } from '../publish/filter.ts'
import type { MailboxOptions } from '../publish/mail-options.ts'
import type { PublishRequest } from '../publish/message.ts'
import type { PublishAnswer } from '../publish/publish.ts'
import type { HubSchemas } from '../publish/schemas.ts'
import type { Replacer } from '../wire/encode.ts'
import type { HubLimits } from './limits.ts'

/** What a hub wants to know. */
export interface HubOptions<P extends Identity = Principal, E = Record<string, unknown>> extends HubObserver<P> {
  /**
   * Who this request comes from: look at its headers, its cookies, its query. Nothing (null, undefined, false, 0, ''): status 401. With
   * {@link refuse} it answers with a status and a code of your own, and a Response with a status from 300 is sent as it is. If it
   * throws, or answers with anything but an object, nobody is let in: status 500, and `onError`.
   * @defaultValue everybody is nobody in particular
   */
  readonly authenticate?: ((request: Request) => Authentication<P> | Promise<Authentication<P>>) | undefined
  /*
   * Of the questions that follow, only `true` says yes. Any other value that is truthy, an object or a promise of one, is a mistake:
   * status 500, and `onError`.
   */
  /**
   * Whether a client may join a topic, whose name is in NFC. `*` and `orders.*` are asked as such. All topics of a request are
   * asked for at once. A topic that it may not join is left out, and the client learns that; the others count. If it throws or
   * rejects for one of them, the whole request is answered with 500, and the client tries again: nothing is lost.
   * @defaultValue any topic
   */
  readonly authorize?: ((principal: P, topic: string) => boolean | Promise<boolean>) | undefined
  /**
   * Whether a client may have an event. The hub asks for each event that is addressed to it, when that is published and again
   * when it is replayed. The answer may be a promise: the client's later events wait for it, other clients do not. What `filter`
   * throws, rejects with or answers instead of true or false counts as no, and goes to `onError`.
   * @defaultValue what is addressed to it
   */
  readonly filter?: EventFilter<P> | undefined
  /**
   * Whether a client may publish this over HTTP. With true, the event stays within the tenant of the client. With `{ tenant }`, it is for
   * that tenant instead: for a service that publishes for all of them. Any other answer that is truthy is an error, status 500.
   * @defaultValue nobody may
   */
  readonly canPublish?: ((principal: P, message: PublishRequest) => PublishAnswer | Promise<PublishAnswer>) | undefined
  /**
   * Whether a client may use `lastEventId=earliest`, which is short for a cursor in front of all that the log has. This is no
   * access control: every client may resume from any cursor of the current log, also from one it makes up, and gets what is
   * addressed to it and what `filter` lets through. What must not be replayed to a principal is what `since` is for.
   * @defaultValue nobody may
   */
  readonly canReadAll?: ((principal: P) => boolean | Promise<boolean>) | undefined
  /**
   * Whether a client may GET …/stats. There are only counts in it.
   * @defaultValue everybody who is authenticated
   */
  readonly canReadStats?: ((principal: P) => boolean | Promise<boolean>) | undefined
  /**
   * Whether a client may POST …/reset.
   * @defaultValue nobody may
   */
  readonly canReset?: ((principal: P) => boolean | Promise<boolean>) | undefined
  /**
   * A sign of life after so many milliseconds of silence. false, 0 or Infinity: none.
   * @defaultValue 15_000
   */
  readonly heartbeat?: number | false | undefined
  /**
   * For how long a client may not prove to be there, in milliseconds, before its stream ends with `timeout`: bytes that were written
   * to it are not taken, or nothing answers to TCP keep-alive (HTTP/1.1) or PING (HTTP/2). It should be at least twice `heartbeat`,
   * as nothing can be missed that was not written. What a kernel or a proxy on the way takes counts as taken. 0 or Infinity: never.
   * @defaultValue 120_000
   */
  readonly clientTimeout?: number | undefined
  /**
   * Where events are kept, for those who come back.
   * @defaultValue `memoryLog()`
   */
  readonly log?: EventLog | undefined
  readonly limits?: HubLimits | undefined
  /** Where persistent events are kept, how many for each user, and for how long. */
  readonly mailbox?: MailboxOptions | undefined
  /**
   * After so many milliseconds, a fifth more or less, a client is asked to come anew: it authenticates again, and streams are
   * spread over servers anew. 0 or Infinity: never.
   * @defaultValue 600_000
   */
  readonly maxAge?: number | undefined
  /**
   * A `retry:` field at the start of each stream, up to twice as long by chance, in milliseconds. Only the native
   * EventSource needs it: it waits 3 to 5 s, and all of them the same. false: none.
   * @defaultValue false
   */
  readonly retry?: number | false | undefined
  /**
   * Other origins whose pages may connect and post: `https://app.example`. Their own origin's always may.
   * @defaultValue none
   */
  readonly origins?: readonly string[] | undefined
  /**
   * `'*'`: pages of all origins may connect and post, without credentials. For public streams. A request of such a page that has a
   * cookie or `Authorization` is refused with 403. It cannot be used together with `authenticate` or `origins`.
   * @defaultValue none but `origins`
   */
  readonly cors?: '*' | undefined
  /**
   * What `GET …/metrics` answers, as JSON: it gets the figures of `…/stats`. It may be async. If it throws, status 500.
   * @defaultValue the same as `…/stats`
   */
  readonly metrics?: ((stats: HubStats) => unknown) | undefined
  /**
   * Addresses that stand for topics: `{ '/sse/:stream/:channel': ':stream.:channel' }`. Who connects to `/sse/orders/eu`
   * is joined to `orders.eu`, if allowed to, else refused.
   */
  readonly paths?: Readonly<Record<string, string>> | undefined
  /**
   * A schema for each event that has one, by its name: any Standard Schema, of zod, valibot, arktype and others, also one that is
   * asynchronous. What does not fit is refused by `publish`, and with status 400 over HTTP. What is published is the output of the
   * schema. Events without a schema are not checked.
   *
   * Events keep the order in which they were published: while an asynchronous schema has not answered, later events wait, for ten
   * seconds at most.
   * @defaultValue no event is checked
   */
  readonly schemas?: HubSchemas<E> | undefined
  /**
   * Compresses streams, with gzip or brotli as the client's `Accept-Encoding` has it. Only a host that can flush does this:
   * `toNodeHandler`, and not `hub.fetch`. Each client then costs processor time for each event, and about 130 KiB of memory.
   * Leave it off where a stream has secrets beside text that somebody else chose (BREACH): docs/server.md says more.
   * @defaultValue false
   */
  readonly compress?: boolean | undefined
  /**
   * As the second argument of `JSON.stringify`, for the data of every event: what JSON cannot say, such as a BigInt, becomes what it
   * can. `parse` of the client is the way back.
   */
  readonly replacer?: Replacer | undefined
  /**
   * Time and chance, for tests. Intervals go by its `monotonic()`, dates by its `now()`. Without `monotonic` the server takes
   * intervals from `now()` and leaves out jumps: more than a minute between two readings counts as a minute.
   * @defaultValue the platform's
   */
  readonly clock?: Clock | undefined
}
