interface EventSourceInit {
    readonly withCredentials?: boolean | undefined;
    readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
}
interface EventSourceErrorEvent extends Event {
    readonly error?: SSEError | undefined;
}
type Listen = Parameters<EventTarget['addEventListener']>;
type Listener = NonNullable<Listen[1]>;
type ListenerOptions = Listen[2];
interface Source extends Omit<globalThis.EventSource, 'onerror' | 'addEventListener'> {
    onerror: ((this: globalThis.EventSource, event: EventSourceErrorEvent) => unknown) | null;
    addEventListener(type: 'error', listener: (this: Source, event: EventSourceErrorEvent) => unknown, options?: ListenerOptions): void;
    addEventListener(type: 'open', listener: (this: Source, event: Event) => unknown, options?: ListenerOptions): void;
    addEventListener(type: string, listener: (this: Source, event: MessageEvent) => unknown, options?: ListenerOptions): void;
    addEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
}
interface EventSourceConstructor {
    readonly prototype: Source;
    readonly CONNECTING: 0;
    readonly OPEN: 1;
    readonly CLOSED: 2;
    new (url: string | URL, init?: EventSourceInit): Source;
}
type EventSource = Source;
declare const EventSource: EventSourceConstructor;
export { EventSource };
export type { EventSourceConstructor, EventSourceErrorEvent, EventSourceInit };
