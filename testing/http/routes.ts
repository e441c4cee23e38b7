import type { EventMap } from '../../src/index.ts'
import { createMock, type Mock, type MockOptions } from '../mock/mock.ts'
import { toAll } from '../mock/to-all.ts'
import type { Wire } from '../mock/wire.ts'
import type { MockRequest } from '../request/request.ts'
import type { Script } from '../script/step.ts'

/** A mock for each path that has a script of its own, one for all others, and one that stands for all of them. */
export interface Routes<E> {
  /** Its actions are for all streams, its scripts for the paths that have none of their own. */
  readonly mock: Mock<E>
  /** @throws Error for a path that has no mock of its own. */
  route(path: string): Mock
  answer(request: MockRequest, wire: Wire): () => void
  /** Calls back after each request. @returns Stops that. */
  watch(listener: () => void): () => void
}

export function createRoutes<E extends EventMap>(
  options: MockOptions & { readonly routes: Readonly<Record<string, Script>> },
): Routes<E> {
  const others = createMock(options)
  const routes = new Map(
    Object.entries(options.routes).map(([path, script]) => [asSent(path), createMock({ ...options, script })]),
  )
  const mocks = [others, ...routes.values()].map(({ mock }) => mock)
  const requests: MockRequest[] = []
  /** The order of the requests. `at` does not give it: two may come in the same millisecond. */
  const numbers = new WeakMap<MockRequest, number>()
  let last = 0
  const listeners = new Set<() => void>()

  const mock: Mock = {
    ...toAll(() => mocks),
    requests,
    get connections() {
      const numberOf = ({ request }: { request: MockRequest }): number => numbers.get(request) ?? 0
      return mocks.flatMap(({ connections }) => connections).sort((a, b) => numberOf(a) - numberOf(b))
    },
    connected() {
      const [oldest] = mock.connections
      return oldest ? Promise.resolve(oldest) : Promise.race(mocks.map((each) => each.connected()))
    },
    async closed() {
      do await Promise.all(mocks.map((each) => each.closed()))
      while (mock.connections.length)
    },
    script: others.mock.script,
    refuse: others.mock.refuse,
    reset() {
      for (const each of mocks) each.reset()
      requests.length = 0
    },
  }

  return {
    // As in createMock: nothing here depends on E.
    mock: mock as Mock<E>,
    route(path) {
      const found = routes.get(asSent(path))
      if (found) return found.mock
      const paths = [...routes.keys()].join(', ') || 'none: the option routes names them'
      throw new Error(`there is no route ${path}; there are: ${paths}`)
    },
    answer(request, wire) {
      numbers.set(request, ++last)
      requests.push(request)
      const clientLeft = (routes.get(request.path) ?? others).answer(request, wire)
      for (const listener of [...listeners]) listener()
      return clientLeft
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A path as it comes with a request: what is not ASCII is written in percents. */
const asSent = (path: string): string => (path.startsWith('/') ? new URL(`http://localhost${path}`).pathname : path)
