import { encodeEvent } from '../../server/wire/encode.ts'
import type { EventMap } from '../../src/index.ts'
import type { MockRequest } from '../request/request.ts'
import { checkOrder, checkScript, checkSteps, type Refusal, resumed, type Script, type Step } from '../script/script.ts'
import type { MockActions, MockConnection } from './actions.ts'
import { createExchange, type Exchange, payloadOf, type Wire } from './exchange.ts'
import { play } from './play.ts'
import { answerPost, grant } from './post.ts'
import { createReplay } from './replay.ts'
import { toAll } from './to-all.ts'

/** What every mock starts with. */
export interface MockOptions {
  /**
   * What to do with requests. A list of steps is played to each of them; a request that resumes gets what comes after the `send`
   * with its last event id. A list of such lists is one for each of the first requests. What no script is for opens a stream
   * that is left to you.
   */
  readonly script?: Script | undefined
  /**
   * Remember what is sent, to whomever and also while nobody is there, as a server with a log does. A stream that is left to you
   * then begins with what was sent after its last event id. An event that is given no id gets the next number. An id that was
   * never sent is taken for one from before all of this; with `introduce` the client is told of a gap instead.
   * @defaultValue false
   */
  readonly replay?: boolean | undefined
  /**
   * Begin each stream that is left to you with `connected`, as headwater's own server does. Clients then know whether they were
   * resumed, take `gap()` and `goodbye()`, and post their topics, which are granted.
   * @defaultValue false
   */
  readonly introduce?: boolean | undefined
}

type Headers = Readonly<Record<string, string>>

/** How often, and with what. */
interface Refused extends Omit<Refusal, 'status'> {
  /**
   * How many requests, one after the other.
   * @defaultValue 1
   */
  readonly times?: number | undefined
}

/** What in-process and real mock have in common. */
export interface Mock<E = Record<string, unknown>> extends MockActions<E> {
  /** Every request, oldest first. */
  readonly requests: readonly MockRequest[]
  /** The streams that are open now, oldest first. */
  readonly connections: readonly MockConnection<E>[]
  /**
   * Resolves with the stream that is open, the oldest if there are several, or else with the next one to be. With a mock in this
   * process the client knows by then. A stream that a script, or somebody else, has ended meanwhile it still is: its `closed` has
   * resolved.
   */
  connected(): Promise<MockConnection<E>>
  /** Resolves when no stream is open any more; at once if none is. */
  closed(): Promise<void>
  /** What to do with the next request that has no script yet. */
  script(...steps: readonly Step[]): void
  /** Refuses the next request with this status and these headers. */
  refuse(status: number, headers?: Headers): void
  /** Refuses the next request, or the next `times`, with headers and a body. */
  refuse(status: number, options?: Refused): void
  /** Breaks every stream, and forgets scripts, requests and what was sent: as new, but without the script it began with. */
  reset(): void
}

/** A mock without a host: gets requests and a wire for each, and does what scripts and callers say. */
export interface MockCore<E> {
  readonly mock: Mock<E>
  /** Answers a request. @returns To be called when the client has gone. */
  answer(request: MockRequest, wire: Wire): () => void
}

export function createMock<E extends EventMap = Record<string, unknown>>(options: MockOptions = {}): MockCore<E> {
  const { script = [], replay = false, introduce = false } = options
  let { first: scripts, each } = checkScript(script)
  const requests: MockRequest[] = []
  /** What is not over; of that the streams, with those that are about to end; and of these the ones that are not. */
  const present = new Set<Exchange>()
  const streams = new Set<Exchange>()
  const open = new Set<Exchange>()
  const waiting: ((exchange: Exchange) => void)[] = []
  const log = replay ? createReplay() : undefined
  let lastClient = 0

  function answer(request: MockRequest, wire: Wire): () => void {
    requests.push(request)
    const { lastEventId, query } = request
    const missed = log && lastEventId ? log.after(lastEventId) : []
    const replayed = missed ?? (introduce ? [] : log?.all) ?? []
    const recovered = lastEventId !== '' && missed !== undefined
    const introduction = {
      v: 1,
      clientId: `mock-client-${++lastClient}`,
      epoch: 'mock0000',
      // A client that was not resumed stands where the log ends.
      cursor: log && !recovered ? log.last : lastEventId,
      recovered,
      ...grant(query.topics?.split(',').filter(Boolean) ?? []),
    } as const
    const exchange = createExchange(request, wire, introduction, {
      opened() {
        open.add(exchange)
        streams.add(exchange)
        for (const resolve of waiting.splice(0)) resolve(exchange)
      },
      leaving: () => open.delete(exchange),
      nextId: () => log?.nextId(),
      sent: (event) => log?.keep(event),
    })
    present.add(exchange)
    void exchange.closed.then(() => {
      present.delete(exchange)
      streams.delete(exchange)
    })

    const posted = scripts.length ? undefined : answerPost(request, [...open])
    const steps = scripts.shift() ?? (each && resumed(each, lastEventId))
    if (posted) exchange.respond(posted)
    else if (steps)
      play(steps, exchange, wire.wait).catch((error) => {
        // A header that cannot be sent, say: the author of the script must hear of it, and the client must not hang.
        exchange.drop()
        throw error
      })
    else {
      exchange.open()
      if (introduce) exchange.introduce()
      if (introduce && !missed) exchange.gap({ reason: 'unknown-cursor' })
      for (const { type, text, options } of replayed) exchange.sendText(type, text, options)
    }
    return exchange.gone
  }

  const toOpen = toAll(() => [...open])
  const mock: Mock = {
    ...toOpen,
    requests,
    get connections() {
      return [...open]
    },
    async connected() {
      const [oldest] = open
      const exchange = oldest ?? (await new Promise<Exchange>((resolve) => waiting.push(resolve)))
      await exchange.settled()
      return exchange
    },
    async closed() {
      while (streams.size) await Promise.all([...streams].map(({ closed }) => closed))
    },
    script(...steps) {
      scripts.push(checkOrder(checkSteps(steps)))
    },
    refuse(status, options: Refused | Headers = {}) {
      const { times = 1, ...rest } = isRefused(options) ? options : { headers: options }
      if (!Number.isInteger(times) || times < 0)
        throw new TypeError(
          `refuse() wants a whole number of times, got ${times}; to refuse every request, start with the script [{ refuse: { status: ${status} } }]`,
        )
      for (let i = 0; i < times; i++) mock.script({ refuse: { status, ...rest } })
    },
    reset() {
      for (const exchange of present) exchange.drop()
      log?.clear()
      scripts = []
      each = undefined
      requests.length = 0
    },
    send: (type, data, options) => mock.sendText(type, payloadOf(data), options),
    sendText(type, text, { id = log?.nextId(), ...options } = {}) {
      // Also while nobody is there to be sent it: the event is kept, and what cannot be sent is told.
      encodeEvent({ event: type, data: text, id, ...options })
      if (id) log?.keep({ type, text, options: { ...options, id } })
      return toOpen.sendText(type, text, { ...options, id })
    },
  }
  // E is what the test's author says of the events; nothing here depends on it.
  return { mock: mock as Mock<E>, answer }
}

const isRefused = (options: Refused | Headers): options is Refused =>
  ['headers', 'body', 'times'].some((name) => name in options)
