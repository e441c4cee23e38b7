export { GapNotice, Introduction, WireEvent } from 'shared';
export { Chunk, MockActions, MockConnection, Refusal, SendOptions } from 'shared';
type MockActivity = {
    readonly type: 'request';
    readonly request: MockRequest;
} | {
    readonly type: 'response';
    readonly request: MockRequest;
    readonly status: number;
    readonly isStream: boolean;
} | {
    readonly type: 'end';
    readonly request: MockRequest;
    readonly by: 'client' | 'server';
};
interface MockServerOptions extends MockOptions {
    readonly routes?: Readonly<Record<string, Script>> | undefined;
    readonly port?: number | undefined;
    readonly host?: string | undefined;
    readonly cors?: boolean | undefined;
    readonly preamble?: string | undefined;
    readonly control?: string | false | undefined;
    readonly onActivity?: ((activity: MockActivity) => void) | undefined;
}
interface MockServer<E = Record<string, unknown>> extends Mock<E> {
    readonly url: string;
    readonly port: number;
    readonly controlUrl: string | undefined;
    readonly preflights: number;
    route<R extends EventMap = Record<string, unknown>>(path: string): Mock<R>;
    perform(...steps: readonly Step[]): Promise<number>;
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
declare function createMockServer<E extends EventMap = Record<string, unknown>>(options?: MockServerOptions): Promise<MockServer<E>>;
export { Mock, MockOptions, MockRequest, Script, Step, createMockServer };
export type { MockActivity, MockServer, MockServerOptions };
