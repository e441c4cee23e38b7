import type { Clock } from '../../src/index.ts'
import type { Authentication, Identity, Principal } from '../audience/principal.ts'
import type { EventLog } from '../log/log.ts'
import type { Relay } from '../log/relay.ts'
import type { HubObserver } from '../observe/observers.ts'
import type { HubStats } from '../observe/stats.ts'
import type { EventFilter } from '../publish/filter.ts'
import type { MailboxOptions } from '../publish/mail-options.ts'
import type { PublishRequest } from '../publish/message.ts'
import type { PublishAnswer } from '../publish/publish.ts'
import type { HubSchemas } from '../publish/schemas.ts'
import type { Replacer } from '../wire/encode.ts'
import type { HubLimits } from './limits.ts'

/** The options of {@link createHub}, and its observers. `P`: the principals. `E`: the events. */
export interface HubOptions<P extends Identity = Principal, E = Record<string, unknown>> extends HubObserver<P> {
  /**
   * Says who makes a request, by its headers, cookies or query. An object is the principal. Nothing (null, undefined, false, 0, ''):
   * status 401. {@link refuse} answers with a status and a code of your own. A Response with a status from 300 is sent as it is. If
   * `authenticate` throws, or answers with anything else, the status is 500, and `onError` is called.
   * @defaultValue everybody may connect, without a name
   */
  readonly authenticate?: ((request: Request) => Authentication<P> | Promise<Authentication<P>>) | undefined
  /*
   * For the functions that follow only `true` is a yes. Any other truthy value is a mistake: status 500, and `onError`.
   */
  /**
   * Whether a client may join a topic. The name is in NFC. Wildcards are asked for as `*` and `orders.*`. The hub asks for all topics
   * of a request at once. It leaves out a topic that the client may not join, and tells the client. If `authorize` throws or rejects
   * for one topic, the whole request is answered with 500, and the client tries again, so nothing is lost.
   * @defaultValue every topic
   */
  readonly authorize?: ((principal: P, topic: string) => boolean | Promise<boolean>) | undefined
  /**
   * Whether a client may have an event. The hub asks for each event that is addressed to the client, when it is published and again
   * in a replay. The answer may be a promise: the client's later events wait for it, other clients do not. If `filter` throws, rejects
   * or answers with anything but true or false, that counts as no, and the error goes to `onError`.
   * @defaultValue every event that is addressed to the client
   */
  readonly filter?: EventFilter<P> | undefined
  /**
   * Whether a client may publish this over HTTP. With true, the event stays within the tenant of the client. With `{ tenant }`, it is for
   * that tenant instead: for a service that publishes for several tenants. Any other truthy answer is a mistake, status 500.
   * @defaultValue nobody
   */
  readonly canPublish?: ((principal: P, message: PublishRequest) => PublishAnswer | Promise<PublishAnswer>) | undefined
  /**
   * Whether a client may use `lastEventId=earliest`, which is short for a cursor before the whole log. This is no access control.
   * Every client may resume from any cursor of the current log, also from one that it makes up, and gets what is addressed to it and
   * what `filter` lets through. Use `since` of the principal for events that a principal must not get.
   * @defaultValue nobody
   */
  readonly canReadAll?: ((principal: P) => boolean | Promise<boolean>) | undefined
  /**
   * Whether a client may GET …/stats and …/metrics. They have counts, and no names.
   * @defaultValue everybody who is authenticated
   */
  readonly canReadStats?: ((principal: P) => boolean | Promise<boolean>) | undefined
  /**
   * Whether a client may POST …/reset.
   * @defaultValue nobody
   */
  readonly canReset?: ((principal: P) => boolean | Promise<boolean>) | undefined
  /**
   * After how much silence the hub sends a heartbeat, in milliseconds. false, 0 or Infinity: none.
   * @defaultValue 15_000
   */
  readonly heartbeat?: number | false | undefined
  /**
   * For how long a client may show no sign of life, in milliseconds, before its stream ends with `timeout`. It takes no bytes, or does
   * not answer TCP keep-alive (HTTP/1.1) or PING (HTTP/2). Set it to at least twice `heartbeat`, because a client can only take what
   * was written. Bytes that a kernel or a proxy takes count as taken. 0 or Infinity: never.
   * @defaultValue 120_000
   */
  readonly clientTimeout?: number | undefined
  /**
   * Where events are kept for replays.
   * @defaultValue `memoryLog()`
   */
  readonly log?: EventLog | undefined
  /**
   * Carries what is in no log to the hubs of other processes: volatile events, `kick`, `join`, `leave`, and changes of topics.
   * @defaultValue that of `log`, if it has one
   */
  readonly relay?: Relay | undefined
  /** How much the hub accepts, and how much it keeps for slow clients. */
  readonly limits?: HubLimits | undefined
  /** Where persistent events are kept, how many for each user, and for how long. Each field has its own default. */
  readonly mailbox?: MailboxOptions | undefined
  /**
   * How long a stream may be open, in milliseconds, a fifth more or less. Then the hub asks the client to reconnect: it authenticates
   * again, and may reach another server. 0 or Infinity: no limit.
   * @defaultValue 600_000
   */
  readonly maxAge?: number | undefined
  /**
   * A `retry:` field at the start of each stream, in milliseconds, with a random part of up to the same length. Only the bare
   * EventSource needs it, because it always waits the same time. false or 0: none. Infinity is an error.
   * @defaultValue false
   */
  readonly retry?: number | false | undefined
  /**
   * Other origins, such as `https://app.example`. Their pages may connect and post. Pages of the server's own origin always may.
   * @defaultValue none
   */
  readonly origins?: readonly string[] | undefined
  /**
   * `'*'`: pages of all origins may connect and post, without credentials. For public streams. If a page of another origin sends a
   * cookie or `Authorization`, its request is refused with 403. It cannot be used together with `authenticate` or `origins`.
   * @defaultValue none but `origins`
   */
  readonly cors?: '*' | undefined
  /**
   * Makes the answer of `GET …/metrics`, in JSON, from the figures of `…/stats`. It may be async. If it throws, the status is 500.
   * @defaultValue the same as `…/stats`
   */
  readonly metrics?: ((stats: HubStats) => unknown) | undefined
  /**
   * Addresses that stand for topics: `{ '/sse/:stream/:channel': ':stream.:channel' }`. A client that connects to `/sse/orders/eu`
   * joins `orders.eu`. If `authorize` says no, the request is refused with 403.
   * @defaultValue none
   */
  readonly paths?: Readonly<Record<string, string>> | undefined
  /**
   * Schemas by the names of events: any Standard Schema, such as those of zod, valibot and arktype, sync or async. `publish` rejects
   * data that does not fit, and a POST gets status 400. The hub publishes the output of the schema. Events without a schema are not
   * checked.
   *
   * Events keep the order in which they were published. While an async schema has not answered, later events wait, for ten seconds
   * at most.
   * @defaultValue no event is checked
   */
  readonly schemas?: HubSchemas<E> | undefined
  /**
   * Compresses streams with gzip or brotli, as the client's `Accept-Encoding` asks. Only a host that can flush does this:
   * `toNodeHandler` does, `hub.fetch` does not. Each client then costs processor time for each event, and about 130 KiB of memory.
   * Leave it off if a stream has secrets next to text that somebody else chose (BREACH). docs/server/operation.md says more.
   * @defaultValue false
   */
  readonly compress?: boolean | undefined
  /**
   * The second argument of `JSON.stringify` for the data of every event. It replaces values that JSON does not have, such as a BigInt.
   * The option `parse` of the client reverses it.
   * @defaultValue none
   */
  readonly replacer?: Replacer | undefined
  /**
   * Time and chance, for tests. Intervals go by its `monotonic()`, dates by its `now()`. Without `monotonic` the server takes
   * intervals from `now()` and leaves out jumps: more than a minute between two readings counts as a minute.
   * @defaultValue the platform's
   */
  readonly clock?: Clock | undefined
}
