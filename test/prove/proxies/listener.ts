import type { HubClient, HubClientOptions } from 'headwater/hub'

/*
 * A client that writes down what it hears. Node runs this file, and pages load it without its types: it imports nothing.
 */

/** What an event of the upstream says. */
export interface Numbered {
  readonly n: number
  /** When it was published: epoch milliseconds of this machine. */
  readonly at: number
}

export interface Heard {
  readonly numbers: number[]
  /** How long each event was under way, in milliseconds. */
  readonly delays: number[]
  /** Each state since the first: its status, with the code and the status of its error. */
  readonly states: string[]
  /** The messages of the errors, each once. */
  readonly messages: string[]
  /** What each opening said of `recovered`. */
  readonly openings: (boolean | 'unknown')[]
  /** Openings without the server's introduction. */
  silent: number
  readonly gaps: string[]
  /** Comments that came, which are the heartbeats. */
  heartbeats: number
  /** How the last response was encoded; '' if it was not. */
  encoding: string
  /** Topics that the server confirmed. */
  readonly joined: string[]
}

/** What of it a check says. */
export type ListenOptions = Pick<HubClientOptions, 'topics' | 'connectTimeout'>

export interface Listener {
  readonly heard: Heard
  join(topic: string): void
  close(): void
}

/** @param create - `createHubClient` of the package, as Node or the page loads it. */
export function listen(
  create: (url: string, options: HubClientOptions) => HubClient,
  url: string,
  options: ListenOptions,
): Listener {
  const heard: Heard = {
    numbers: [],
    delays: [],
    states: [],
    messages: [],
    openings: [],
    silent: 0,
    gaps: [],
    heartbeats: 0,
    encoding: '',
    joined: [],
  }
  const client = create(url, {
    ...options,
    // A run does not wait for half a minute when a proxy is away for a second.
    retry: { initial: 100, max: 500 },
    async fetch(input, init) {
      const response = await fetch(input, init)
      heard.encoding = response.headers.get('content-encoding') ?? ''
      return response
    },
    transport: (inner) => ({
      connect: (request, sink) =>
        inner.connect(request, {
          ...sink,
          comment(text) {
            heard.heartbeats++
            sink.comment(text)
          },
        }),
    }),
    onState(state) {
      const error = 'error' in state ? state.error : undefined
      heard.states.push([state.status, error?.code, error?.status].filter((part) => part !== undefined).join(' '))
      if (error && !heard.messages.includes(error.message)) heard.messages.push(error.message)
    },
    onOpen({ recovered, clientId }) {
      heard.openings.push(recovered)
      if (!clientId) heard.silent++
    },
    onGap: ({ reason }) => heard.gaps.push(reason),
  })
  client.subscribe('n', (data) => {
    const { n, at } = data as Numbered
    heard.numbers.push(n)
    heard.delays.push(Date.now() - at)
  })
  return {
    heard,
    join(topic) {
      client.topic(topic).subscribe(() => {})
      client
        .topic(topic)
        .joined()
        .then(
          () => heard.joined.push(topic),
          (error) => heard.messages.push(`${error.message}`),
        )
    },
    close: () => client.close(),
  }
}
