export { GapNotice, Introduction, WireEvent } from 'shared';
export { MockStream, MockStreamOptions, createMockStream } from 'shared';
export { Chunk, Mock, MockActions, MockConnection, MockOptions, MockRequest, Refusal, Script, SendOptions, Step } from 'shared';
interface TestClock extends Clock {
    advance(ms: number): Promise<void>;
    sleep(ms: number): Promise<void>;
    settle(): Promise<void>;
    readonly timers: number;
}
interface TestClockOptions {
    readonly now?: number | undefined;
    readonly random?: number | (() => number) | undefined;
}
declare function createClock({ now, random }?: TestClockOptions): TestClock;
export { createClock };
export type { TestClock, TestClockOptions };
