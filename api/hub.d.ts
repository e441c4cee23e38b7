interface TopicRefused extends SSEError {
    readonly topic: string;
    readonly reason: 'invalid' | 'denied' | 'full' | 'too-many' | (string & {});
}
interface HubOptions {
    readonly topics?: readonly string[] | undefined;
    readonly topicsUrl?: SSEUrl | undefined;
    readonly sendUrl?: SSEUrl | undefined;
    readonly onTopicRefused?: ((error: TopicRefused) => void) | undefined;
}
interface Topic<E = Record<string, unknown>> {
    subscribe(handler: EventHandler<E, EventName<E>>, options?: SubscribeOptions): () => void;
    joined(): Promise<void>;
}
interface HubClientOptions<E = Record<string, unknown>> extends Omit<SSEOptions<E>, 'server'>, HubOptions {
}
type SendTarget = Readonly<Record<string, unknown>>;
interface HubClient<E = Record<string, unknown>> extends SSEClient<E> {
    topic(name: string): Topic<E>;
    send(type: string, data?: unknown, target?: SendTarget): Promise<unknown>;
    readonly clientId: string;
}
declare function hub(options?: HubOptions): Layer;
declare function createHubClient<E extends EventMap = Record<string, unknown>>(url: SSEUrl, options?: HubClientOptions<E>): HubClient<E>;
export { createHubClient, hub };
export type { HubClient, HubClientOptions, HubOptions, SendTarget, Topic, TopicRefused };
