import { setTimer } from './clock.ts'
import { SSEError } from './errors.ts'
import type { Control } from './protocol.ts'
import type { Settings } from './settings.ts'

/*
 * The set of topics that this client wants, and how the server learns of it. The whole set rides on every request, so
 * that a reconnect subscribes and resumes in one go. A change while open is a POST, numbered so that the server can tell
 * an old one from a new one, and it counts once the stream itself says so: what comes after that is complete. Where the
 * server has not introduced itself, does not know us any more or does not answer, a reconnect does the same.
 */

export interface Topics {
  /** Somebody wants a topic. @returns Nobody does any more, after a while: a component may be about to be mounted again. */
  want(name: string): () => void
  /** Resolves when the server has joined this client to a topic; rejects if it will not, or when the client closes. */
  joined(name: string): Promise<void>
  /** For the request that is about to be made: every topic, apart by commas. */
  request(): string
  /** That request has been answered with a stream. */
  opened(): void
  /** The server said which topics it has joined this client to: in its introduction, or as of a change. */
  told(introduction: boolean, word: Control): void
  /** The stream is over; with `error` for good. */
  lost(error?: SSEError): void
}

/** What the server is told of a change. */
export interface TopicsChange {
  readonly clientId: string
  readonly rev: number
  readonly add: readonly string[]
  readonly remove: readonly string[]
  /** The whole set: a server that missed an earlier change has it again. */
  readonly all: readonly string[]
}

/** Changes that come together travel together. */
const GATHER = 20
/** How long after the headers a server may introduce itself. */
const INTRODUCTION = 1000
/** For how long the stream may not say that a change has been made. */
const ACK = 5000

/**
 * @param post - Tells the server of a change.
 * @param join - Has the line tell the server of the whole set. Answers false if it does not do that.
 * @param reconnect - Makes a new request, with the whole set.
 */
export function createTopics(
  { clock, linger, topics: always }: Settings,
  post: (change: TopicsChange) => Promise<unknown>,
  join: (all: readonly string[]) => boolean,
  reconnect: () => void,
): Topics {
  /** How many want it. One that nobody wants any more stays for a while, with the timer of its leaving. */
  const wanted = new Map<string, { count: number; timer?: unknown }>(always.map((name) => [name, { count: 1 }]))
  let waiting: { readonly name: string; resolve(): void; reject(error: SSEError): void }[] = []
  /** What the server has; undefined while no stream is open. */
  let known: readonly string[] | undefined
  /** What it was asked for last. What it does not give of that is not asked for again on this connection. */
  let asked: readonly string[] = []
  let clientId: string | undefined
  let revision = 0
  /** Gathers changes, or waits for the server's word on one. */
  let timer: unknown
  let telling = false
  /** A stream is open. */
  let live = false
  /** Why there will be none, unless somebody connects. */
  let over: SSEError | undefined

  function change(): void {
    if (!known || telling) return
    clock.clearTimeout(timer)
    timer = setTimer(clock, GATHER, tell)
  }

  function tell(): void {
    const all = [...wanted.keys()]
    const add = all.filter((name) => !asked.includes(name))
    const remove = asked.filter((name) => !wanted.has(name))
    if (!add.length && !remove.length) return
    if (clientId && join(all)) return wait(all)
    // A server that has not introduced itself takes a request for a whole new stream: worth it to join, not to leave.
    if (!clientId) return add.length ? reconnect() : undefined
    wait(all)
    const told = { clientId, rev: ++revision, add, remove, all }
    // It does not know us any more. Whatever else it says, the stream has the last word, or its silence.
    post(told).catch(({ status }) => (status === 404 || status === 410) && told.clientId === clientId && reconnect())
  }

  function wait(all: readonly string[]): void {
    telling = true
    asked = all
    timer = setTimer(clock, ACK, reconnect)
  }

  function know(names: readonly string[]): void {
    known = names
    telling = false
    clock.clearTimeout(timer)
    settle((name) => names.includes(name))
    settle((name) => asked.includes(name), new SSEError('unauthorized', 'the server does not give this topic'))
    change()
  }

  function settle(concerns: (name: string) => boolean, error?: SSEError): void {
    const concerned = waiting.filter(({ name }) => concerns(name))
    waiting = waiting.filter((each) => !concerned.includes(each))
    for (const { resolve, reject } of concerned) error ? reject(error) : resolve()
  }

  return {
    want(name) {
      const entry = wanted.get(name) ?? { count: 0 }
      wanted.set(name, entry)
      entry.count++
      clock.clearTimeout(entry.timer)
      change()
      return () => {
        if (--entry.count) return
        entry.timer = setTimer(clock, linger, () => {
          wanted.delete(name)
          change()
        })
      }
    },
    joined: (name) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over)
        waiting.push({ name, resolve, reject })
        if (known) settle((other) => known?.includes(other) ?? false)
      }),
    request() {
      over = undefined
      asked = [...wanted.keys()]
      return asked.join()
    },
    opened() {
      live = true
      clock.clearTimeout(timer)
      // A server that introduces itself does so at once. From any other, what was asked for counts as given.
      timer = setTimer(clock, INTRODUCTION, () => know(asked))
    },
    told(introduction, { clientId: id, rev, topics = asked }) {
      // Whoever heard of the opening may have closed it.
      if (!live) return
      if (introduction) clientId = id
      if (introduction || !(Number(rev) < revision)) know(topics.includes('*') ? asked : topics)
    },
    lost(error) {
      live = false
      known = undefined
      clientId = undefined
      telling = false
      clock.clearTimeout(timer)
      if (!error) return
      over = error
      for (const [name, { count, timer }] of wanted) {
        clock.clearTimeout(timer)
        if (!count) wanted.delete(name)
      }
      settle(() => true, error)
    },
  }
}
