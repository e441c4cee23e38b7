import type { MockOptions } from '../mock/mock.ts'
import type { MockRequest } from '../request/request.ts'
import type { Script } from '../script/step.ts'

/** The events of a mock server: a request comes, its answer begins, its answer is over. */
export type MockActivity =
  | { readonly type: 'request'; readonly request: MockRequest }
  | {
      readonly type: 'response'
      readonly request: MockRequest
      readonly status: number
      /** Whether it is an event stream, by its content type. */
      readonly isStream: boolean
    }
  | { readonly type: 'end'; readonly request: MockRequest; readonly by: 'client' | 'server' }

/** The options of a mock server. */
export interface MockServerOptions extends MockOptions {
  /**
   * Paths with a mock of their own, each with a script, so that an application with several streams gets for each what is
   * meant for it. All other paths share `script`. A path has no query and stands for itself alone.
   * @defaultValue {}
   */
  readonly routes?: Readonly<Record<string, Script>> | undefined
  /**
   * The port to listen on. 0: a free one.
   * @defaultValue 0
   */
  readonly port?: number | undefined
  /**
   * The address to listen on. '0.0.0.0': on all networks, for clients in a container or on a telephone. Every client that can reach
   * it can then use the control endpoint too.
   * @defaultValue '127.0.0.1', which `http://localhost` leads to as well.
   */
  readonly host?: string | undefined
  /**
   * Let pages of every origin in, with credentials. False: no CORS headers at all.
   * @defaultValue true
   */
  readonly cors?: boolean | undefined
  /**
   * The first steps of each stream. Firefox, and some proxies, hold an answer back until its first byte is there; a line end
   * is that, and says nothing. '': nothing, as from a server that does not know.
   * @defaultValue '\n'
   */
  readonly preamble?: string | undefined
  /**
   * The path of the control endpoint, with which suites in another process or in a browser control the mock over HTTP. False: there
   * is none, and that path has streams like any other. Requests to it are not recorded. Pages of other sites, and names that are
   * not this machine's, are refused.
   * @defaultValue '/__mock'
   */
  readonly control?: string | false | undefined
  /** Called with each request, each answer that begins and each answer that is over: for a log. */
  readonly onActivity?: ((activity: MockActivity) => void) | undefined
}
