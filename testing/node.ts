export type { WireEvent } from '../server/encode.ts'
export type { Mock, MockActions, MockConnection, MockRequest, SendOptions } from './mock.ts'
export type { Chunk, Refusal, Step } from './script.ts'
export { createMockServer, type MockServer, type MockServerOptions } from './server.ts'
