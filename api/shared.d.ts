type Batch = 'chunk' | 'frame' | number;
export type { Batch };
interface SSEOptions<E = Record<string, unknown>> extends Observer<E> {
    readonly method?: string | undefined;
    readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined;
    readonly body?: PerAttempt<RequestBody | undefined> | undefined;
    readonly credentials?: RequestInit['credentials'] | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
    readonly transport?: Transport | Layer | undefined;
    readonly server?: Layer | undefined;
    readonly onUnauthorized?: ((error: SSEError) => unknown) | undefined;
    readonly parse?: Parse<E> | undefined;
    readonly type?: ((event: {
        readonly type: string;
        readonly data: unknown;
        readonly id: string;
        readonly raw: string;
    }) => string) | undefined;
    readonly retry?: RetryOptions | RetryFunction | false | undefined;
    readonly heartbeat?: 'auto' | number | false | undefined;
    readonly connectTimeout?: number | undefined;
    readonly lastEventId?: string | undefined;
    readonly lastEventIdIn?: LastEventIdIn | undefined;
    readonly lastEventIdParam?: string | undefined;
    readonly resume?: Layer | undefined;
    readonly commit?: Layer | undefined;
    readonly dedupe?: boolean | undefined;
    readonly linger?: number | undefined;
    readonly pauseWhenHidden?: number | false | undefined;
    readonly maxEventSize?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly clock?: Clock | undefined;
}
/// <reference lib="esnext.disposable" preserve="true" />
interface SSEClient<E = Record<string, unknown>> {
    subscribe<P extends EventPattern<E>>(pattern: P, handler: EventHandler<E, Matching<E, P>>, options?: SubscribeOptions): () => void;
    keepOpen(): () => void;
    readonly state: Store<ConnectionState>;
    readonly lastEventId: string;
    connect(): void;
    disconnect(): void;
    reconnect(): void;
    close(): void;
    observe(observer: Observer<E>): () => void;
    [Symbol.dispose](): void;
}
declare function createSSE<E extends EventMap = Record<string, unknown>>(url: SSEUrl, options?: SSEOptions<E>): SSEClient<E>;

export type { SSEClient, SSEOptions };
interface Clock {
    now(): number;
    monotonic?(): number;
    setTimeout(callback: () => void, ms: number): unknown;
    clearTimeout(timer: unknown): void;
    random(): number;
}
export type { Clock };
interface PayloadParser<E = unknown> {
    (raw: string, type: string): unknown;
    validate?(data: unknown, type: string): unknown;
    readonly '~events'?: Partial<E> | undefined;
}
type Parse<E = unknown> = 'json' | 'text' | PayloadParser<E>;
declare function byDataType({ type, data }: {
    readonly type: string;
    readonly data: unknown;
}): string;

export type { Parse, PayloadParser };
type DeniedCode = 'invalid' | 'denied' | 'full' | 'too-many';
interface Denied {
    readonly topic: string;
    readonly code: DeniedCode;
    readonly message: string;
}
interface DeniedFields {
    readonly denied?: readonly Denied[];
    readonly deniedMore?: number;
}
interface Introduction extends DeniedFields {
    readonly v: 1;
    readonly clientId: string;
    readonly epoch: string;
    readonly cursor: string;
    readonly recovered: boolean;
    readonly heartbeatMs?: number;
    readonly topics: readonly string[];
}
interface GapNotice {
    readonly reason: string;
    readonly requested: string;
    readonly resumedFrom: string;
    readonly topics: readonly string[];
}
interface WireEvent {
    readonly event?: string | undefined;
    readonly data?: unknown;
    readonly id?: string | undefined;
    readonly retry?: number | undefined;
    readonly comment?: string | undefined;
}
declare function encodeEvent({ event, data, id, retry, comment }: WireEvent): string;
type Replacer = (key: string, value: unknown) => unknown;

export type { DeniedCode, GapNotice, Introduction, Replacer, WireEvent };
type EventMap = object;
type EventName<E> = keyof E & string;
type NamedEvent<T extends string, D> = {
    readonly type: T;
    readonly data: D;
    readonly id: string;
    readonly raw: string;
    readonly receivedAt: number;
    readonly topic?: string;
};
type SSEEvent<E = Record<string, unknown>, N extends EventName<E> = EventName<E>> = {
    [T in N]: NamedEvent<T, E[T]>;
}[N];
type Prefix<N extends string> = N extends `${infer Head}.${infer Rest}` ? Head | `${Head}.${Prefix<Rest>}` : never;
type EventPattern<E> = EventName<E> | `${Prefix<EventName<E>>}.*` | '*';
type Matching<E, P extends string> = string extends EventName<E> ? EventName<E> : P extends '*' ? EventName<E> : P extends `${infer Head}.*` ? Extract<EventName<E>, `${Head}.${string}`> : Extract<EventName<E>, P>;
type EventHandler<E, N extends EventName<E>> = (data: E[N], event: SSEEvent<E, N>) => unknown;
interface SubscribeOptions {
    readonly once?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
}
export type { EventHandler, EventMap, EventName, EventPattern, Matching, SSEEvent, SubscribeOptions };
interface Sink {
    write(bytes: Uint8Array): boolean;
    end(): void;
    destroy(): void;
    pending?(): number;
}
interface SinkEvents {
    drained(): void;
    closed(error?: unknown): void;
}
interface PeerEvents {
    readonly clientTimeout: number;
    vanished(): void;
}
interface Losses {
    volatile: number;
    coalesced: number;
}
declare class Refusal extends Error {
    readonly status: number;
    readonly code: string;
    readonly headers: Readonly<Record<string, string>>;
    constructor(status: number, code: string, message: string, headers?: Readonly<Record<string, string>>);
}
interface Identity {
    readonly userId?: string | undefined;
    readonly sessionId?: string | undefined;
    readonly tenant?: string | undefined;
    readonly expires?: Date | number | undefined;
    readonly since?: Date | number | undefined;
}
interface Principal extends Identity {
    readonly [claim: string]: unknown;
}
type Authentication<P> = P | Response | Refusal | null | undefined | false;
type Ending = 'closed' | 'overflow' | 'stalled' | 'timeout' | 'expired' | 'kicked' | 'max-age' | 'drained' | 'error';
interface ClientInfo<P = Identity> {
    readonly clientId: string;
    readonly principal: P;
    readonly topics: readonly string[];
    readonly connectedAt: number;
    readonly lastSeen: number;
    readonly live: boolean;
    readonly queue: {
        readonly events: number;
        readonly bytes: number;
    };
}
type ClientSelector = {
    readonly userId: string;
    readonly sessionId?: never;
    readonly clientId?: never;
} | {
    readonly sessionId: string;
    readonly userId?: never;
    readonly clientId?: never;
} | {
    readonly clientId: string;
    readonly userId?: never;
    readonly sessionId?: never;
};
interface PresenceQuery {
    readonly topic?: string;
    readonly userId?: string;
    readonly sessionId?: string;
    readonly tenant?: string;
}
interface Presence {
    readonly userId: string | undefined;
    readonly sessionId: string | undefined;
    readonly tenant: string | undefined;
    readonly clientIds: readonly string[];
    readonly connectedAt: number;
    readonly lastSeen: number;
}
type ContentCoding = 'gzip' | 'br';
interface Counters {
    connections: number;
    published: number;
    unlogged: number;
    delivered: number;
    readonly dropped: Losses;
    readonly replays: {
        count: number;
        events: number;
    };
    gaps: number;
    readonly topicsRefused: Record<DeniedCode, number>;
    filterTimeouts: number;
    readonly mailbox: {
        kept: number;
        sent: number;
        acknowledged: number;
        dropped: number;
    };
    readonly endings: Record<Ending, number>;
    readonly errors: Record<string, number>;
}
interface Whose<P> {
    readonly clientId: string;
    readonly principal: P;
}
interface Connected<P = Identity> extends Whose<P> {
    readonly topics: readonly string[];
    readonly recovered: boolean;
}
interface Disconnected<P = Identity> extends Whose<P> {
    readonly reason: Ending;
    readonly openFor: number;
}
interface Replayed<P = Identity> extends Whose<P> {
    readonly events: number;
}
interface Publication<P = Identity> {
    readonly id: string;
    readonly type: string;
    readonly target: Address;
    readonly at: number;
    readonly principal?: P;
}
interface Delivered<P = Identity> extends Whose<P> {
    readonly id: string;
    readonly type: string;
}
interface HubObserver<P extends Identity = Identity> {
    readonly onConnect?: ((connected: Connected<P>) => void) | undefined;
    readonly onDisconnect?: ((left: Disconnected<P>) => void) | undefined;
    readonly onReplay?: ((replayed: Replayed<P>) => void) | undefined;
    readonly onPublish?: ((published: Publication<P>) => void) | undefined;
    readonly onDeliver?: ((delivered: Delivered<P>) => void) | undefined;
    readonly onError?: ((error: unknown, where: string) => void) | undefined;
}
interface MailboxOptions {
    readonly perUser?: number | undefined;
    readonly maxAge?: number | undefined;
    readonly store?: Mailbox | undefined;
}
interface HubLimits {
    readonly clients?: number | undefined;
    readonly perUser?: number | undefined;
    readonly perTopic?: number | undefined;
    readonly topics?: number | undefined;
    readonly memberships?: number | undefined;
    readonly queueBytes?: number | undefined;
    readonly queueEvents?: number | undefined;
    readonly stall?: number | undefined;
    readonly filterTimeout?: number | undefined;
    readonly filterQueue?: number | undefined;
    readonly body?: number | undefined;
    readonly postsPerSecond?: number | undefined;
    readonly eventsPerSecond?: number | undefined;
}
interface HubStats extends Readonly<Counters> {
    readonly clients: number;
    readonly users: number;
    readonly topics: number;
    readonly queue: {
        readonly events: number;
        readonly bytes: number;
    };
    readonly filtering: number;
    readonly log: {
        readonly epoch: string;
        readonly first: number;
        readonly head: number;
        readonly available: boolean;
    };
    readonly uptime: number;
}
interface HubEvent {
    readonly type: string;
    readonly data: unknown;
    readonly id: string;
    readonly topic: string | undefined;
    readonly target: Address;
    readonly at: number;
}
type EventFilter<P extends Identity = Principal> = (principal: P, event: HubEvent) => boolean | Promise<boolean>;
interface PublishOptions extends PublishTarget {
    readonly key?: string;
    readonly volatile?: boolean;
    readonly persistent?: boolean;
    readonly window?: number;
}
interface PublishRequest extends Omit<PublishOptions, 'tenant' | 'window' | 'persistent'> {
    readonly event: string;
    readonly data?: unknown;
}
type PublishAnswer = boolean | {
    readonly tenant: string;
};
interface Published {
    readonly id: string;
    readonly delivered: number;
    readonly superseded?: true;
}
type Publish<E> = <N extends EventName<E>>(type: N, data: E[N], options?: PublishOptions) => Promise<Published>;
type PublishTo<E, To> = <N extends EventName<E>>(to: To, type: N, data: E[N], options?: PublishOptions) => Promise<Published>;
type HubSchemas<E = Record<string, unknown>> = {
    readonly [N in keyof E]?: StandardSchema<E[N]> | undefined;
};
declare class InvalidEventError extends TypeError {
    readonly event: string;
    readonly issues: readonly SchemaIssue[];
    constructor(event: string, issues: readonly SchemaIssue[]);
}
interface HubOptions<P extends Identity = Principal, E = Record<string, unknown>> extends HubObserver<P> {
    readonly authenticate?: ((request: Request) => Authentication<P> | Promise<Authentication<P>>) | undefined;
    readonly authorize?: ((principal: P, topic: string) => boolean | Promise<boolean>) | undefined;
    readonly filter?: EventFilter<P> | undefined;
    readonly canPublish?: ((principal: P, message: PublishRequest) => PublishAnswer | Promise<PublishAnswer>) | undefined;
    readonly canReadAll?: ((principal: P) => boolean | Promise<boolean>) | undefined;
    readonly canReadStats?: ((principal: P) => boolean | Promise<boolean>) | undefined;
    readonly canReset?: ((principal: P) => boolean | Promise<boolean>) | undefined;
    readonly heartbeat?: number | false | undefined;
    readonly clientTimeout?: number | undefined;
    readonly log?: EventLog | undefined;
    readonly relay?: Relay | undefined;
    readonly limits?: HubLimits | undefined;
    readonly mailbox?: MailboxOptions | undefined;
    readonly maxAge?: number | undefined;
    readonly retry?: number | false | undefined;
    readonly origins?: readonly string[] | undefined;
    readonly cors?: '*' | undefined;
    readonly metrics?: ((stats: HubStats) => unknown) | undefined;
    readonly paths?: Readonly<Record<string, string>> | undefined;
    readonly schemas?: HubSchemas<E> | undefined;
    readonly compress?: boolean | undefined;
    readonly replacer?: Replacer | undefined;
    readonly clock?: Clock | undefined;
}
interface HubProcess {
    readonly id: string;
    readonly isThis: boolean;
    readonly at: number;
    readonly stats: HubStats;
}
type Connect = (headers: Headers, events: SinkEvents & PeerEvents) => Sink;
interface Known {
    readonly principal?: Authentication<Principal | Identity> | (() => Authentication<Principal | Identity> | Promise<Authentication<Principal | Identity>>);
}
interface Host extends Known {
    readonly codings?: readonly ContentCoding[];
}
type Accept = (request: Request, connect: Connect, host?: Host) => Promise<Response | undefined>;
interface On<E> {
    <N extends EventName<E>>(type: N, listener: (data: E[N], event: HubEvent) => unknown): () => void;
    (type: '*', listener: (data: E[EventName<E>], event: HubEvent) => unknown): () => void;
}
interface PublishToTargets<E> {
    readonly broadcast: Publish<E>;
    readonly toTopic: PublishTo<E, string>;
    readonly toUser: PublishTo<E, string>;
    readonly toSession: PublishTo<E, string | readonly string[]>;
    readonly toClients: PublishTo<E, string | readonly string[]>;
}
type Priority = 'low' | 'normal' | 'high' | 'urgent';
type Level = 'info' | 'success' | 'warning' | 'error';
interface ShapeOptions extends PublishOptions {
    readonly priority?: Priority;
}
interface NotifyOptions<R = unknown> extends PublishOptions {
    readonly data?: (result: R) => unknown;
}
interface ShapeEvents {
    notification: {
        readonly message: string;
        readonly level: Level;
        readonly priority: Priority;
        readonly timestamp: number;
    };
    alert: {
        readonly title: string;
        readonly message: string;
        readonly priority: Priority;
        readonly timestamp: number;
    };
    update: {
        readonly resource: string;
        readonly action: string;
        readonly data: unknown;
        readonly priority: Priority;
        readonly timestamp: number;
    };
    system: {
        readonly message: string;
        readonly level: Level;
        readonly priority: Priority;
        readonly timestamp: number;
    };
    'table-update': {
        readonly resource: string;
        readonly data?: unknown;
    };
}
interface Shapes {
    notification(message: string, level?: Level, options?: ShapeOptions): Promise<Published>;
    alert(title: string, message: string, options?: ShapeOptions): Promise<Published>;
    update(resource: string, action: string, data?: unknown, options?: ShapeOptions): Promise<Published>;
    system(message: string, level?: Level, options?: ShapeOptions): Promise<Published>;
    emitUpdate(resource: string, data?: unknown, options?: PublishOptions): Promise<Published>;
    notifyAfter<A extends readonly unknown[], R>(resource: string, mutation: (...args: A) => R | Promise<R>, options?: NotifyOptions<R>): (...args: A) => Promise<R>;
}
interface Hub<E = Record<string, unknown>, P extends Identity = Identity> extends Shapes, PublishToTargets<E> {
    fetch(request: Request, known?: Known): Promise<Response>;
    readonly accept: Accept;
    readonly publish: Publish<E>;
    kick(which: ClientSelector): number;
    join(which: ClientSelector, topic: string): number;
    leave(which: ClientSelector, topic: string): number;
    clients(): ClientInfo<P>[];
    presence(query?: string | PresenceQuery): Presence[];
    readonly on: On<E>;
    stats(): HubStats;
    processes(): HubProcess[];
    observe(observer: HubObserver<P>): () => void;
    reset(): Promise<void>;
    close(options?: {
        readonly drain?: number;
    }): Promise<void>;
}
declare function createHub<E extends EventMap = Record<string, unknown>, P extends Identity = Principal>(options?: HubOptions<P, E>): Hub<E, P>;

export type { Accept, Authentication, ClientInfo, ClientSelector, Connect, Connected, ContentCoding, Counters, Delivered, Disconnected, Ending, EventFilter, Hub, HubEvent, HubLimits, HubObserver, HubOptions, HubProcess, HubSchemas, HubStats, Identity, Known, Level, Losses, MailboxOptions, NotifyOptions, On, PeerEvents, Presence, PresenceQuery, Principal, Priority, Publication, Publish, PublishAnswer, PublishOptions, PublishRequest, PublishTo, Published, Replayed, ShapeEvents, ShapeOptions, Shapes, Sink, SinkEvents };
type JobFailure = 'error' | 'cancelled' | 'timeout' | 'stopped';
interface JobData<P, R> {
    readonly queued: {
        readonly ahead: number;
    };
    readonly started: P | null;
    readonly completed: R;
    readonly failed: {
        readonly code: JobFailure;
        readonly message: string;
    };
}
type JobStatus = keyof JobData<unknown, unknown>;
type JobEvent<N extends string = string, P = unknown, R = unknown, S extends JobStatus = JobStatus> = {
    [K in S]: {
        readonly type: N;
        readonly jobId: string;
        readonly status: K;
        readonly timestamp: number;
        readonly data: JobData<P, R>[K];
    };
}[S];
type JobEvents<N extends string, P = unknown, R = unknown> = {
    readonly [K in N]: JobEvent<N, P, R>;
};
interface JobsHub<N extends string, P, R> {
    publish(type: N, data: JobEvent<N, P, R>, options?: PublishOptions): Promise<Published>;
}
interface Job<N extends string = string, T = unknown, P = unknown, R = unknown> {
    readonly jobId: string;
    readonly task: T;
    readonly target: PublishTarget;
    readonly last: JobEvent<N, P, R>;
}
type JobRun<T, P, R> = (job: {
    readonly jobId: string;
    readonly task: T;
}, report: (progress: P) => void, signal: AbortSignal) => R | Promise<R>;
export type { Job, JobData, JobEvent, JobEvents, JobFailure, JobRun, JobStatus, JobsHub };
interface PublishTarget {
    readonly topic?: string;
    readonly resource?: string;
    readonly userId?: string;
    readonly sessionId?: string;
    readonly sessionIds?: readonly string[];
    readonly clientIds?: readonly string[];
    readonly tenant?: string;
    readonly except?: string | readonly string[];
}
interface Address {
    readonly topic?: string;
    readonly resource?: string;
    readonly userId?: string;
    readonly tenant?: string;
    readonly sessionIds?: readonly string[];
    readonly clientIds?: readonly string[];
    readonly except?: readonly string[];
}
interface LogRecord {
    readonly type: string;
    readonly json: string;
    readonly to: Address;
    readonly at: number;
    readonly key?: string;
}
interface LogEntry extends LogRecord {
    readonly seq: number;
}
interface Mail {
    readonly seq: number;
    readonly entry: LogEntry;
    readonly epoch: string;
    readonly until: number | null;
    readonly sent: boolean;
}
interface Mailbox {
    add(userId: string, mail: Omit<Mail, 'seq'>): number | Promise<number>;
    list(userId: string): readonly Mail[] | Promise<readonly Mail[]>;
    markSent(userId: string, seqs: readonly number[]): void | Promise<void>;
    acknowledge(userId: string, seqs: readonly number[]): void | Promise<void>;
}
declare function memoryMailbox(): Mailbox;
type RelayMessage = Readonly<Record<string, unknown>>;
interface Relay {
    send(message: RelayMessage): void | Promise<void>;
    subscribe(listener: (message: RelayMessage) => void): () => void;
    readonly available?: boolean | undefined;
}
declare function memoryRelay(): Relay;
interface LogListener {
    entry(entry: LogEntry): void;
    reset(): void;
}
interface EventLog {
    readonly epoch: string;
    readonly head: number;
    readonly first: number;
    append(record: LogRecord): LogEntry | Promise<LogEntry>;
    read(seq: number, limit: number): readonly LogEntry[] | Promise<readonly LogEntry[]>;
    subscribe(listener: LogListener): () => void;
    reset(): void | Promise<void>;
    reach?(epoch: string, seq: number): void | Promise<void>;
    readonly available?: boolean | undefined;
    readonly localOnly?: boolean | undefined;
    readonly mailbox?: Mailbox | undefined;
    readonly relay?: Relay | undefined;
}
interface MemoryLogOptions {
    readonly size?: number | undefined;
    readonly characters?: number | undefined;
}
declare function memoryLog(options?: MemoryLogOptions): EventLog;

export type { Address, EventLog, LogEntry, LogListener, LogRecord, Mail, Mailbox, MemoryLogOptions, PublishTarget, Relay, RelayMessage };
interface MockRequest {
    readonly method: string;
    readonly url: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
    readonly lastEventId: string;
    readonly body: string;
    readonly at: number;
}
type Chunk = string | Uint8Array;
interface Refusal {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
}
type Step = 
{
    readonly open: {
        readonly delay?: number;
        readonly headers?: Readonly<Record<string, string>>;
    };
}
 | {
    readonly send: Omit<WireEvent, 'data'> & {
        readonly data?: unknown;
        readonly text?: string;
    };
}
 | {
    readonly comment: string;
}
 | {
    readonly retry: number;
}
 | {
    readonly raw: Chunk | readonly Chunk[];
}
 | {
    readonly wait: number;
}
 | {
    readonly drop: true;
}
 | {
    readonly end: true;
}
 | {
    readonly stall: true;
}
 | {
    readonly refuse: Refusal;
}
 | {
    readonly redirect: string;
    readonly status?: number;
}
 | {
    readonly introduce: Partial<Introduction>;
}
 | {
    readonly gap: Partial<GapNotice>;
}
 | {
    readonly goodbye: number;
};
type Script = readonly Step[] | readonly (readonly Step[])[];
interface SendOptions {
    readonly id?: string | undefined;
    readonly retry?: number | undefined;
    readonly comment?: string | undefined;
}
interface MockActions<E = Record<string, unknown>> {
    send<N extends EventName<E>>(type: N, data?: E[N], options?: SendOptions): Promise<void>;
    sendText(type: EventName<E>, text: string, options?: SendOptions): Promise<void>;
    comment(text?: string): Promise<void>;
    retry(ms: number): Promise<void>;
    raw(...chunks: readonly Chunk[]): Promise<void>;
    end(): Promise<void>;
    drop(): Promise<void>;
    stall(): Promise<void>;
    introduce(introduction?: Partial<Introduction>): Promise<void>;
    gap(notice?: Partial<GapNotice>): Promise<void>;
    goodbye(reconnectInMs?: number): Promise<void>;
}
interface MockConnection<E = Record<string, unknown>> extends MockActions<E> {
    readonly request: MockRequest;
    readonly closed: Promise<void>;
}
interface RefusalOptions extends Omit<Refusal, 'status'> {
    readonly times?: number | undefined;
}
interface MockOptions {
    readonly script?: Script | undefined;
    readonly replay?: boolean | undefined;
    readonly introduce?: boolean | undefined;
}
interface Mock<E = Record<string, unknown>> extends MockActions<E> {
    readonly requests: readonly MockRequest[];
    readonly connections: readonly MockConnection<E>[];
    connected(): Promise<MockConnection<E>>;
    closed(): Promise<void>;
    script(...steps: readonly Step[]): void;
    refuse(status: number, headers?: Readonly<Record<string, string>>): void;
    refuse(status: number, options?: RefusalOptions): void;
    reset(): void;
}
export type { Chunk, Mock, MockActions, MockConnection, MockOptions, MockRequest, Refusal, Script, SendOptions, Step };
type SSEErrorCode = 'network' | 'http' | 'content-type' | 'timeout' | 'stalled' | 'too-large' | 'unauthorized' | 'gave-up' | 'options';
interface SSEErrorDetails {
    readonly cause?: unknown;
    readonly status?: number;
    readonly retryAfter?: number;
    readonly body?: string;
    readonly reason?: string;
}
declare class SSEError extends Error {
    readonly name: 'SSEError';
    readonly code: SSEErrorCode;
    readonly status?: number;
    readonly retryAfter?: number;
    readonly body?: string;
    readonly reason?: string;
    constructor(code: SSEErrorCode, message: string, details?: SSEErrorDetails);
}
declare function isSSEError(value: unknown): value is SSEError;
interface RequestContext {
    readonly attempt: number;
    readonly lastEventId: string;
}
type PerAttempt<T> = T | ((context: RequestContext) => T | PromiseLike<T>);
type RequestBody = NonNullable<RequestInit['body']>;
type RequestHeaders = Readonly<Record<string, string | undefined>> | Headers;
type SSEUrl = PerAttempt<string | URL>;
type LastEventIdIn = 'auto' | 'header' | 'query';
interface RequestOptions {
    readonly base: string;
    readonly method: string;
    readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined;
    readonly body?: PerAttempt<RequestBody | undefined> | undefined;
    readonly credentials: NonNullable<RequestInit['credentials']>;
    readonly lastEventIdIn: LastEventIdIn;
    readonly lastEventIdParam: string;
    readonly fetch: typeof globalThis.fetch;
    readonly maxEventSize: number;
    readonly clock: Clock;
}
interface TransportRequest extends Omit<RequestOptions, 'base' | 'headers' | 'body'> {
    readonly url: string;
    readonly headers: Headers;
    readonly body: RequestBody | undefined;
    readonly lastEventId: string;
}

export type { LastEventIdIn, PerAttempt, RequestBody, RequestContext, RequestHeaders, RequestOptions, SSEErrorCode, SSEErrorDetails, SSEUrl, TransportRequest };
interface RetryOptions {
    readonly initial?: number | undefined;
    readonly max?: number | undefined;
    readonly factor?: number | undefined;
    readonly jitter?: 'full' | 'none' | undefined;
    readonly attempts?: number | undefined;
    readonly resetAfter?: number | undefined;
}
type RetryFunction = (attempt: number, error: SSEError, openFor: number) => number | null;
export type { RetryFunction, RetryOptions };
interface SchemaIssue {
    readonly message: string;
    readonly path?: ReadonlyArray<PropertyKey | {
        readonly key: PropertyKey;
    }> | undefined;
}
type SchemaResult<Output> = {
    readonly value: Output;
    readonly issues?: undefined;
} | {
    readonly issues: readonly SchemaIssue[];
};
interface StandardSchema<Output = unknown> {
    readonly '~standard': {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
        readonly types?: {
            readonly input: unknown;
            readonly output: Output;
        } | undefined;
    };
}
type InferEvents<Schemas> = {
    -readonly [Type in keyof Schemas]: Schemas[Type] extends StandardSchema<infer Output> ? Output : never;
};
declare function schemas<const S extends Readonly<Record<string, StandardSchema>>>(map: S, parse?: Parse): NoInfer<PayloadParser<InferEvents<S>>>;

export type { InferEvents, SchemaIssue, StandardSchema };
type MakeClient<C> = (lastEventId?: string) => C;
type Source<E> = SSEClient<E> | string | URL | MakeClient<SSEClient<E>>;
export type { MakeClient, Source };
interface MockStreamOptions extends MockOptions {
    readonly clock?: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'> | undefined;
}
interface MockStream<E = Record<string, unknown>> extends Mock<E> {
    readonly fetch: typeof globalThis.fetch;
    readonly transport: Transport;
    readonly EventSource: typeof globalThis.EventSource;
    respond(request: Request): Promise<Response>;
}
declare function createMockStream<E extends EventMap = Record<string, unknown>>(options?: MockStreamOptions): MockStream<E>;

export type { MockStream, MockStreamOptions };
interface Store<T> {
    get(): T;
    subscribe(listener: (value: T) => void): () => void;
}
type PauseReason = 'offline' | 'hidden' | 'frozen' | 'manual';
type ConnectionState = 
{
    readonly status: 'idle';
}
 | {
    readonly status: 'connecting';
    readonly attempt: number;
}
 | {
    readonly status: 'open';
    readonly since: number;
    readonly attempt: number;
}
 | {
    readonly status: 'waiting';
    readonly attempt: number;
    readonly until: number;
    readonly error: SSEError;
}
 | {
    readonly status: 'paused';
    readonly reasons: readonly PauseReason[];
}
 | {
    readonly status: 'closed';
    readonly error: SSEError | null;
};
type Waiting = Extract<ConnectionState, {
    status: 'waiting';
}>;
type Wait = Omit<Waiting, 'status'>;
interface Opened {
    readonly recovered: boolean | 'unknown';
    readonly attempt: number;
    readonly clientId?: string | undefined;
}
interface Gap {
    readonly reason: 'expired' | 'epoch' | 'overflow' | 'unknown-cursor' | 'server-lost' | 'refused' | 'too-large' | 'no-id' | (string & {});
    readonly certain: boolean;
    readonly requested: string;
    readonly resumedFrom: string;
    readonly topics: readonly string[];
}
interface Retry {
    readonly attempt: number;
    readonly until: number;
    readonly delay: number;
    readonly error: SSEError;
}
interface Invalid {
    readonly type: string;
    readonly id: string;
    readonly raw: string;
    readonly receivedAt: number;
    readonly error: unknown;
}
interface Observer<E = Record<string, unknown>> {
    readonly onState?: ((state: ConnectionState) => void) | undefined;
    readonly onOpen?: ((opened: Opened) => void) | undefined;
    readonly onEvent?: ((event: SSEEvent<E>) => void) | undefined;
    readonly onGap?: ((gap: Gap) => void) | undefined;
    readonly onRetry?: ((retry: Retry) => void) | undefined;
    readonly onInvalid?: ((invalid: Invalid) => void) | undefined;
    readonly onHandlerError?: ((error: unknown, event: SSEEvent<E>) => void) | undefined;
}
interface OpenInfo {
    readonly heartbeatMs?: number | undefined;
    readonly recovered?: Opened['recovered'] | undefined;
    readonly clientId?: Opened['clientId'];
}
interface Block {
    readonly type: string;
    readonly data: string | undefined;
    readonly id: string | undefined;
    readonly topic?: string | undefined;
}
type Work = readonly PromiseLike<unknown>[] | undefined;
type GapReport = Pick<Gap, 'reason'> & Partial<Gap>;
interface TransportSink {
    open(info?: OpenInfo): void;
    heard(): void;
    comment(text: string): void;
    block(block: Block): Work;
    retry(ms: number): void;
    gap(gap: GapReport): void;
    end(reason: unknown): void;
}
interface TransportLink {
    close(): void;
    join?(topics: readonly string[]): boolean;
}
interface Transport {
    connect(request: TransportRequest, sink: TransportSink): TransportLink;
}
interface HostOptions extends RequestOptions {
    readonly url: SSEUrl;
    readonly connectTimeout: number;
    readonly linger: number;
    readonly dedupe: boolean;
}
interface HostTopics {
    wanted(): readonly string[];
    change(change: TopicsChange): Promise<unknown>;
}
interface TopicsChange {
    readonly clientId: string;
    readonly rev: number;
    readonly add: readonly string[];
    readonly remove: readonly string[];
    readonly all: readonly string[];
}
interface Host {
    readonly state: Store<ConnectionState>;
    readonly options: HostOptions;
    readonly lastEventId: string;
    resumeFrom(id: string): void;
    ready?: (() => Promise<unknown> | undefined) | undefined;
    listen?: ((pattern: string) => void) | undefined;
    topics?: HostTopics | undefined;
    refresh(error?: SSEError): Promise<unknown> | undefined;
    reconnect(): void;
    wait(wait: Wait): void;
    end(error: SSEError | null): void;
}
type Layer = (inner: Transport, host: Host) => Transport;
export type { Block, ConnectionState, Gap, GapReport, Host, HostOptions, HostTopics, Invalid, Layer, Observer, OpenInfo, Opened, PauseReason, Retry, Store, TopicsChange, Transport, TransportLink, TransportSink, Wait, Work };
