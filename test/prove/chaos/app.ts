import type { Clock } from 'headwater'
import type { HubClient, HubClientOptions } from 'headwater/hub'
import type { TabsLayer } from 'headwater/tabs'
import type { Entry } from './history.ts'

/*
 * The client's side of an application, as the documents tell one to be: it loads its state whenever it may be stale, holds back what
 * comes meanwhile, and applies the rest. Node runs this file, and pages load it without its types: it imports nothing.
 */

/** An event: the next change of a topic. */
export interface Change {
  readonly topic: string
  /** Without holes, from 1. */
  readonly n: number
  readonly text: string
}

/** The state of a topic: which change was the last, and a sum over all of them. */
export interface State {
  readonly n: number
  readonly sum: number
}

/** The state after a change. The order counts. */
export function apply({ sum }: State, { n, text }: Change): State {
  let next = Math.imul(sum, 31) + n
  for (let at = 0; at < text.length; at++) next = Math.imul(next, 31) + text.charCodeAt(at)
  return { n, sum: next | 0 }
}

/** What an application needs of its surroundings. */
export interface AppOptions {
  /** `createHubClient` of the package. */
  readonly create: (url: string, options: HubClientOptions) => HubClient
  /** Of the server. */
  readonly origin: string
  readonly topics: readonly string[]
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly resume?: HubClientOptions['resume']
  readonly tabs?: TabsLayer
  /** An application that has been closed. This one goes on with its history and its states. */
  readonly before?: App
}

/** What never comes is given up after so long, in milliseconds. */
const PATIENCE = 2000
/** For events that are for everyone. */
export const EVERYONE = 'everyone'

interface Joined {
  /** The server has confirmed the topic. What is loaded earlier may be older than what comes first. */
  isGranted: boolean
  /** Undefined until it has been loaded. */
  state: State | undefined
  /** What came while it is loaded. */
  held: Change[]
  readonly leave: () => void
}

export class App {
  readonly client: HubClient
  readonly history: Entry[]
  readonly #origin: string
  readonly #before: App | undefined
  readonly #topics = new Map<string, Joined>()
  readonly #stop = new AbortController()
  /** Counts what makes the states stale: what was asked for before that does not count. */
  #stale = 0

  constructor({ create, origin, topics, clock, signal, resume, tabs, before }: AppOptions) {
    this.history = before?.history ?? []
    this.#origin = origin
    this.#before = before
    this.client = create(`${origin}/events`, {
      ...(clock && { clock }),
      ...(signal && { signal }),
      ...(resume && { resume }),
      ...(tabs && { transport: tabs }),
      // A run does not wait as long as a page would.
      retry: { initial: 50, max: 400 },
      connectTimeout: PATIENCE,
      heartbeat: 1500,
      linger: 100,
      onOpen: ({ recovered }) => {
        this.history.push({ kind: 'open', recovered })
        if (recovered !== true) this.#reload()
      },
      onGap: (gap) => {
        this.history.push({ kind: 'gap', gap })
        this.#reload()
      },
    })
    for (const name of topics) this.join(name)
  }

  /** The topics that it wants now, and their states. Undefined while it loads them. */
  states(): Readonly<Record<string, State | undefined>> {
    return Object.fromEntries([...this.#topics].map(([name, { state }]) => [name, state]))
  }

  /** What it says of itself in a failure. */
  describe(): string {
    const state = this.client.state.get()
    const error = 'error' in state && state.error ? ` (${state.error.code}: ${state.error.message})` : ''
    return `${state.status}${error}, ${this.history.length} entries, the last ${JSON.stringify(this.history.at(-1))}`
  }

  join(name: string): void {
    const { client } = this
    const handler = (data: unknown, { id }: { readonly id: string }): void => this.#take(data as Change, id)
    const leave = name === EVERYONE ? client.subscribe(EVERYONE, handler) : client.topic(name).subscribe(handler)
    const state = this.#before?.states()[name]
    const joined = { isGranted: state !== undefined, state, held: [], leave }
    this.#topics.set(name, joined)
    if (state) return
    this.history.push({ kind: 'joining', topic: name })
    const granted = name === EVERYONE ? Promise.resolve() : client.topic(name).joined()
    const grant = (): void => {
      // It was left meanwhile.
      if (this.#topics.get(name) !== joined) return
      this.history.push({ kind: 'joined', topic: name })
      joined.isGranted = true
      this.#reload()
    }
    granted.then(grant, () => {})
  }

  leave(name: string): void {
    this.#topics.get(name)?.leave()
    this.#topics.delete(name)
  }

  close(): void {
    this.#stop.abort()
    this.client.close()
  }

  #take(change: Change, id: string): void {
    const { topic, n } = change
    this.history.push({ kind: 'event', topic, n, id })
    const joined = this.#topics.get(topic)
    if (!joined) this.#misfit(topic, `${n} came after the topic was left`)
    else if (joined.state) this.#apply(joined, joined.state, change)
    else joined.held.push(change)
  }

  #apply(joined: Joined, state: State, change: Change): void {
    const { topic, n } = change
    if (n > state.n + 1) this.#misfit(topic, `${n} came where ${state.n + 1} was due`)
    else if (n > state.n) joined.state = apply(state, change)
  }

  #misfit(topic: string, text: string): void {
    this.history.push({ kind: 'misfit', topic, text })
  }

  #reload(): void {
    this.#stale++
    for (const joined of this.#topics.values()) {
      joined.state = undefined
      joined.held = []
    }
    void this.#load(this.#stale)
  }

  async #load(wanted: number): Promise<void> {
    while (wanted === this.#stale && !this.#stop.signal.aborted) {
      const states = await this.#fetchStates()
      // Something has happened since this was asked for. That loads again.
      if (wanted !== this.#stale) return
      if (states) return this.#turnTo(states)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  #turnTo(states: Readonly<Record<string, State>>): void {
    for (const [name, joined] of this.#topics) {
      if (!joined.isGranted) continue
      const { held } = joined
      joined.state = states[name] ?? { n: 0, sum: 0 }
      joined.held = []
      for (const change of held) this.#apply(joined, joined.state, change)
    }
  }

  async #fetchStates(): Promise<Readonly<Record<string, State>> | undefined> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PATIENCE)])
      const response = await fetch(`${this.#origin}/state`, { signal })
      return response.ok ? await response.json() : undefined
    } catch {
      return undefined
    }
  }
}
