/* The names of the contestants, for modules that must not load them: the runner and the table of sizes. */

/** By name: what it is. */
export const CONTESTANTS = {
  floor: 'fetch + eventsource-parser',
  headwater: 'headwater, one typed subscriber',
  'headwater-eventsource': 'headwater over eventSourceTransport',
  native: 'the platform’s EventSource',
  'eventsource-client': 'eventsource-client',
  eventsource: 'eventsource',
  'fetch-event-source': '@microsoft/fetch-event-source',
  'sse.js': 'sse.js',
} as const

export type Name = keyof typeof CONTESTANTS

export const isName = (value: string): value is Name => Object.hasOwn(CONTESTANTS, value)

// `Object.keys` forgets what the keys are.
export const NAMES = Object.keys(CONTESTANTS) as readonly Name[]

/** The task of a page: its address's query. */
export interface Job {
  readonly name: Name
  readonly events: number
  /** Whether the events have ids. */
  readonly ids: boolean
}

/** The results of a page. */
export interface Outcome {
  /** From just before the request to the last event. Undefined: it never came. */
  readonly ms: number | undefined
  /** How many events came. */
  readonly count: number
  /** Whether they were the right ones in the right order. */
  readonly right: boolean
}
