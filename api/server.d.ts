export { Accept, Authentication, ClientInfo, ClientSelector, Connect, Connected, ContentCoding, Counters, Delivered, Disconnected, Ending, EventFilter, Hub, HubEvent, HubLimits, HubObserver, HubOptions, HubProcess, HubSchemas, HubStats, Identity, InvalidEventError, Known, Level, Losses, MailboxOptions, NotifyOptions, On, PeerEvents, Presence, PresenceQuery, Principal, Priority, Publication, PublishAnswer, PublishRequest, PublishTo, Published, Replayed, ShapeEvents, ShapeOptions, Shapes, Sink, SinkEvents, createHub } from 'shared';
export { DeniedCode, WireEvent, encodeEvent } from 'shared';
export { Address, EventLog, LogEntry, LogListener, LogRecord, Mail, Mailbox, MemoryLogOptions, Relay, RelayMessage, memoryLog, memoryMailbox, memoryRelay } from 'shared';
export { JobData, JobEvent, JobEvents, JobFailure, JobStatus } from 'shared';
interface RefuseOptions {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
}
declare function refuse(options: RefuseOptions): Refusal;
declare function readToken(request: Request, from?: {
    readonly cookie?: string;
    readonly query?: string;
}): string | undefined;
declare class LogUnavailableError extends Error {
    readonly written: false | 'unknown';
    constructor(message: string, written: false | 'unknown', options?: ErrorOptions);
}
interface WorkRetry {
    readonly initial?: number | undefined;
    readonly max?: number | undefined;
    readonly factor?: number | undefined;
    readonly attempts?: number | undefined;
}
interface EffectsHub<E> {
    readonly publish: Publish<E>;
}
interface BroadcastEffect<N extends string, D> {
    readonly kind: 'broadcast';
    readonly type: N;
    readonly data: D;
    readonly options?: PublishOptions;
}
interface NamedEffect<N extends string, D> {
    readonly kind: 'toTopic' | 'toUser';
    readonly to: string;
    readonly type: N;
    readonly data: D;
    readonly options?: PublishOptions;
}
interface ListedEffect<N extends string, D> {
    readonly kind: 'toSession' | 'toClients';
    readonly to: string | readonly string[];
    readonly type: N;
    readonly data: D;
    readonly options?: PublishOptions;
}
type PublishEffect<E> = {
    [N in EventName<E>]: BroadcastEffect<N, E[N]> | NamedEffect<N, E[N]> | ListedEffect<N, E[N]>;
}[EventName<E>];
interface EffectContext<C> {
    readonly event: C;
    readonly attempt: number;
    readonly signal: AbortSignal;
    push(event: C): void;
}
type EffectHandlers<C> = Readonly<Record<string, (effect: never, context: EffectContext<C>) => unknown>>;
type CustomEffect<H> = {
    [K in keyof H]: H[K] extends (effect: infer X, ...rest: never[]) => unknown ? X & {
        readonly kind: K;
    } : never;
}[keyof H];
type Effect<E, X = never> = PublishEffect<E> | X;
interface Step<S, E, X = never> {
    readonly state: S;
    readonly effects?: readonly Effect<E, X>[];
}
interface DeadLetter<C> {
    readonly effect: object;
    readonly event: C;
    readonly error: unknown;
    readonly attempts: number;
}
interface EffectsOptions<E, S, C, H extends EffectHandlers<C>> {
    readonly hub: EffectsHub<E>;
    readonly initial: S;
    readonly reduce: (state: S, event: C) => Step<S, E, CustomEffect<NoInfer<H>>>;
    readonly handlers?: H | undefined;
    readonly id?: ((event: C) => string | number | undefined) | undefined;
    readonly remember?: number | undefined;
    readonly maxWaiting?: number | undefined;
    readonly retry?: WorkRetry | undefined;
    readonly timeout?: number | undefined;
    readonly onDeadLetter?: ((letter: DeadLetter<C>) => unknown) | undefined;
    readonly onError?: ((error: unknown, where: string) => void) | undefined;
    readonly clock?: Clock | undefined;
}
interface Pushed {
    readonly status: 'done' | 'repeated' | 'queued';
    readonly failed: number;
}
interface EffectQueue<S, C> {
    readonly state: S;
    readonly waiting: number;
    push(event: C): Promise<Pushed>;
    idle(): Promise<void>;
    close(options?: {
        readonly drain?: number;
    }): Promise<void>;
}
declare function createEffects<E, S, C, H extends EffectHandlers<C> = Record<never, never>>(options: EffectsOptions<E, S, C, H>): EffectQueue<S, C>;
type WorkErrorCode = 'full' | 'closed';
declare class WorkError extends Error {
    readonly name: 'WorkError';
    readonly code: WorkErrorCode;
    constructor(code: WorkErrorCode, message: string);
}
interface JobsOptions<N extends string, T, P, R> {
    readonly hub: JobsHub<NoInfer<N>, NoInfer<P>, NoInfer<R>>;
    readonly run: JobRun<T, P, R>;
    readonly type?: N | undefined;
    readonly concurrency?: number | undefined;
    readonly maxWaiting?: number | undefined;
    readonly remember?: number | undefined;
    readonly timeout?: number | undefined;
    readonly progressInterval?: number | undefined;
    readonly describe?: ((error: unknown) => string) | undefined;
    readonly onError?: ((error: unknown, where: string) => void) | undefined;
    readonly clock?: Clock | undefined;
}
interface Jobs<N extends string = string, T = unknown, P = unknown, R = unknown> {
    start(task: T, target: PublishTarget): string;
    get(jobId: string): Job<N, T, P, R> | undefined;
    list(): Job<N, T, P, R>[];
    cancel(jobId: string): boolean;
    close(options?: {
        readonly drain?: number;
    }): Promise<void>;
}
declare function createJobs<T, P, R, N extends string = 'job'>(options: JobsOptions<N, T, P, R>): Jobs<N, T, P, R>;
export { Job, JobRun, JobsHub, LogUnavailableError, Publish, PublishOptions, PublishTarget, Refusal, WorkError, createEffects, createJobs, readToken, refuse };
export type { BroadcastEffect, CustomEffect, DeadLetter, Effect, EffectContext, EffectHandlers, EffectQueue, EffectsHub, EffectsOptions, Jobs, JobsOptions, ListedEffect, NamedEffect, PublishEffect, Pushed, RefuseOptions, Step, WorkErrorCode, WorkRetry };
