interface TabsChannel {
    postMessage(message: unknown): void;
    close(): void;
}
interface TabsLocks {
    request(name: string, options: {
        readonly steal?: boolean;
        readonly signal?: AbortSignal;
    }, granted: () => Promise<unknown>): Promise<unknown>;
    query(): Promise<{
        readonly held?: HeldLock[];
    }>;
}
interface HeldLock {
    readonly name?: string;
    readonly clientId?: string;
}
interface TabsPlatform {
    readonly locks: TabsLocks | undefined;
    channel(name: string, receive: (message: unknown) => void): TabsChannel;
    isVisible(): boolean;
    onVisibility(callback: () => void): () => void;
}
type Role = Alone | Joining | Following | Leading;
interface Alone {
    readonly kind: 'alone';
    readonly _forGood?: true;
}
interface Joining {
    readonly kind: 'joining';
}
interface Following {
    readonly kind: 'follower';
}
interface Leading {
    readonly kind: 'leader';
}
type TabsRole = Exclude<Role, Joining>['kind'];
interface TabsOptions {
    readonly key?: string | undefined;
    readonly scope?: string | undefined;
    readonly over?: Layer | undefined;
    readonly platform?: TabsPlatform | undefined;
}
interface TabsLayer extends Layer {
    readonly role: Store<TabsRole>;
    reset(): void;
}
declare function acrossTabs(options?: TabsOptions): TabsLayer;
export { acrossTabs };
export type { TabsChannel, TabsLayer, TabsOptions, TabsPlatform, TabsRole };
