import { encodeEvent } from '../../server/wire/encode.ts'
import type { EventMap } from '../../src/index.ts'
import type { MockRequest } from '../request/request.ts'
import { Plan } from '../script/plan.ts'
import type { Script, Step } from '../script/step.ts'
import type { MockActions, MockConnection } from './actions.ts'
import { payloadOf } from './exchange.ts'
import { receive } from './receive.ts'
import { type RefusalOptions, refusals } from './refusals.ts'
import { createReplay } from './replay.ts'
import { Streams } from './streams.ts'
import { toAll } from './to-all.ts'
import type { Wire } from './wire.ts'

/** The options of every mock. */
export interface MockOptions {
  /**
   * The reaction to requests. A list of steps is for every request. One that resumes gets the steps after the `send` with its
   * last event id. A list of such lists has one for each of the first requests. A request without a script opens a stream
   * that is left to you.
   */
  readonly script?: Script | undefined
  /**
   * Keep all events that are sent, as a server with a log does, also while no stream is open. A stream that is left to you begins
   * with the events after its last event id. An event without an id gets the next number. If the id was never sent, the stream
   * begins with all events, or, with `introduce`, with a gap.
   * @defaultValue false
   */
  readonly replay?: boolean | undefined
  /**
   * Begin each stream that is left to you with `connected`, as headwater's own server does. Clients then know whether they were
   * resumed, understand `gap()` and `goodbye()`, and post their topics, which are granted.
   * @defaultValue false
   */
  readonly introduce?: boolean | undefined
}

/** The shared part of the mock in this process and the one over HTTP. */
export interface Mock<E = Record<string, unknown>> extends MockActions<E> {
  /** Every request, oldest first. */
  readonly requests: readonly MockRequest[]
  /** The streams that are open now, oldest first. */
  readonly connections: readonly MockConnection<E>[]
  /**
   * Resolves with the oldest stream that is open, or else with the next one. With a mock in this process, the client knows by then
   * that it is open. If the stream has ended by then, its `closed` has resolved.
   */
  connected(): Promise<MockConnection<E>>
  /** Resolves when no stream is open; at once if none is. */
  closed(): Promise<void>
  /** The reaction to the next request that has no script yet. */
  script(...steps: readonly Step[]): void
  /** Refuses the next request with this status and these headers. */
  refuse(status: number, headers?: Readonly<Record<string, string>>): void
  /** Refuses the next request, or the next `times`, with headers and a body. */
  refuse(status: number, options?: RefusalOptions): void
  /** Breaks every stream, and forgets scripts, requests and events. The script of the options does not come back. */
  reset(): void
}

/** A mock without a host: it gets requests and a wire for each. */
export interface MockCore<E> {
  readonly mock: Mock<E>
  /** Answers a request. @returns To be called when the client has left. */
  answer(request: MockRequest, wire: Wire): () => void
}

export function createMock<E extends EventMap = Record<string, unknown>>(options: MockOptions = {}): MockCore<E> {
  const { script = [], replay = false, introduce = false } = options
  const plan = new Plan(script)
  const streams = new Streams()
  const log = replay ? createReplay() : undefined
  const requests: MockRequest[] = []
  let clients = 0

  const toOpen = toAll(() => streams.open)
  const mock: Mock = {
    ...toOpen,
    requests,
    get connections() {
      return streams.open
    },
    async connected() {
      const exchange = streams.oldest ?? (await streams.next())
      await exchange.settled()
      return exchange
    },
    closed: () => streams.closed(),
    script: (...steps) => plan.add(steps),
    refuse(status: number, how?: RefusalOptions | Readonly<Record<string, string>>) {
      for (const step of refusals(status, how)) plan.add([step])
    },
    reset() {
      streams.drop()
      log?.clear()
      plan.clear()
      requests.length = 0
    },
    send: (type, data, sent) => mock.sendText(type, payloadOf(data), sent),
    sendText(type, text, { id = log?.nextId(), ...sent } = {}) {
      // Also while no stream is open: the event is kept, and what cannot be sent is an error.
      encodeEvent({ event: type, data: text, id, ...sent })
      if (id) log?.add({ type, text, options: { ...sent, id } })
      return toOpen.sendText(type, text, { ...sent, id })
    },
  }
  return {
    // E is a type of the test's author. Nothing here depends on it.
    mock: mock as Mock<E>,
    answer(request, wire) {
      requests.push(request)
      const exchange = receive(request, wire, `mock-client-${++clients}`, { plan, streams, log, introduces: introduce })
      return () => exchange.clientLeft()
    },
  }
}
