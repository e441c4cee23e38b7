import type { MockRequest, Step } from '../../testing/node.ts'

/*
 * A case of the conformance suite: what a server does, and what a client must make of it. Cases are plain data and pure
 * functions. `watch.ts` runs them.
 */

/** An event as a client delivered it. */
export interface Heard {
  readonly type: string
  readonly data: string
  /** undefined where the client's events have none. */
  readonly id: string | undefined
}

/** What can be seen of a client from outside. */
export interface Outcome {
  /** Every event, in order. */
  readonly heard: readonly Heard[]
  /** Every request to the stream, in order. */
  readonly requests: readonly Pick<MockRequest, 'at' | 'path' | 'lastEventId' | 'headers'>[]
}

export interface Verdict {
  readonly passed: boolean
  /** What happened, for the table. */
  readonly text: string
}

export interface Case {
  /** Stands alone. */
  readonly title: string
  /** Where it is written. */
  readonly section: string
  /** What the server does with each request. The last list goes on for ever. */
  readonly scripts: readonly (readonly Step[])[]
  /** The names of events that the application listens to, beside `message`. */
  readonly names?: readonly string[]
  /** What the application does with each event, other than writing it down. */
  readonly act?: 'throw' | 'close'
  /** How long to watch, in milliseconds. With `enough` it is the limit. */
  readonly watch: number
  /** When there is nothing more to wait for. */
  readonly enough?: (outcome: Outcome) => boolean
  readonly judge: (outcome: Outcome) => Verdict
}

export const verdict = (passed: boolean, text: string): Verdict => ({ passed, text: passed ? '✓' : text })
/** A verdict that shows what was counted, whether it passed or not. */
export const counted = (passed: boolean, text: string): Verdict => ({ passed, text })

const show = (events: readonly unknown[]): string =>
  events.length
    ? events
        .map((event) => JSON.stringify(event))
        .join(', ')
        .slice(0, 60)
    : 'nothing'

const WIRE_FORMAT = 'HTML 9.2.6'
/** How long an event that arrives late may take: a busy machine meets it. */
const LIMIT = 9000
/** The last of a stream that is cut into events: by then all others were heard, or never will be. */
const LAST = ['last', ''] as const
const END: readonly Step[] = [{ raw: 'event: last\ndata\n\n' }]

/** A stream, and the events that it consists of, as pairs of type and data. */
export function parses(
  title: string,
  chunks: readonly (string | readonly number[])[],
  expected: readonly (readonly [type: string, data: string])[],
  {
    names = [],
    headers,
    section = WIRE_FORMAT,
  }: Partial<{ names: string[]; headers: Record<string, string>; section: string }> = {},
): Case {
  // A pause lets no network join two chunks.
  const steps = chunks.flatMap((chunk): Step[] => [
    { raw: typeof chunk === 'string' ? chunk : Uint8Array.from(chunk) },
    { wait: 20 },
  ])
  return {
    title,
    section,
    names: [...names, 'last'],
    scripts: [[{ open: headers ? { headers } : {} }, ...steps, ...END]],
    watch: LIMIT,
    enough: ({ heard }) => heard.some(({ type }) => type === 'last'),
    judge({ heard }) {
      const pairs = heard.map(({ type, data }) => [type, data])
      const [others, last] = [pairs.slice(0, -1), pairs.at(-1)]
      const whole = JSON.stringify(last) === JSON.stringify(LAST)
      const passed = whole && JSON.stringify(others) === JSON.stringify(expected)
      return verdict(
        passed,
        `hears ${show(whole ? others.map(([type, data]) => (type === 'message' ? data : `${type}: ${data}`)) : pairs.map(([, data]) => data))}`,
      )
    },
  }
}

/** Streams that end, and the id with which the client comes back. */
export function resumes(title: string, streams: readonly string[], expected: string, section = WIRE_FORMAT): Case {
  const count = streams.length + 1
  return {
    title,
    section,
    scripts: [...streams.map((raw): Step[] => [{ raw: `retry: 100\n\n${raw}` }, { wait: 50 }, { end: true }]), []],
    watch: 9000,
    enough: ({ requests }) => requests.length >= count,
    judge({ requests }) {
      const last = requests[count - 1]
      if (!last) return verdict(false, requests.length > 1 ? 'stops to reconnect' : 'never reconnects')
      return verdict(
        last.lastEventId === expected,
        last.lastEventId ? `sends ${show([last.lastEventId])}` : 'sends none',
      )
    },
  }
}

/** One that asks again: how often in so many milliseconds. */
export function requestsIn(
  title: string,
  section: string,
  ms: number,
  scripts: Case['scripts'],
  passed: (count: number) => boolean,
): Case {
  return {
    title,
    section,
    scripts,
    watch: ms,
    judge({ requests }) {
      // By the server's clock: on a busy machine the watch ends late.
      const { length } = requests.filter(({ at }) => at - (requests[0]?.at ?? 0) < ms)
      return counted(passed(length), length > 99 ? 'hundreds' : `${length}`)
    },
  }
}
