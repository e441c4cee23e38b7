declare const handled: () => Layer;
interface CursorStorage {
    load(): string | null | undefined | PromiseLike<string | null | undefined>;
    save(id: string): unknown;
}
interface KeepCursorOptions {
    readonly scope?: string | undefined;
}
declare function keepCursor(where?: 'session' | 'local' | CursorStorage, { scope }?: KeepCursorOptions): Layer;
export { handled, keepCursor };
export type { CursorStorage, KeepCursorOptions };
