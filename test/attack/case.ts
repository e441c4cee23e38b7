import type * as fc from 'fast-check'

/*
 * An attack in words: what the server answers, and what must hold all the same. Plain data, so that it travels to the server as
 * JSON, and fast-check finds the smallest that breaks something.
 */

/** A part of an answer, as bytes on the socket. */
export interface Step {
  /** Sent as UTF-8. */
  readonly text?: string
  /** One byte for each character. */
  readonly bytes?: string
  /** How often it is sent. `#` stands for the number, if `counts` is set. */
  readonly times?: number
  readonly counts?: boolean
  /** So many bytes at a time, with a moment in between. */
  readonly cut?: number
  /** How it is compressed; and what is wrong with that. */
  readonly pack?: 'gzip' | 'br' | 'deflate'
  readonly spoil?: 'cut' | 'corrupt'
  /** Milliseconds until the next part. */
  readonly wait?: number
}

/** How an answer ends: the server ends the connection, breaks it, or keeps it and is silent. */
export type Ending = 'end' | 'reset' | 'stay'

/** What the server does with one request. */
export interface Answer {
  readonly steps: readonly Step[]
  readonly ends: Ending
}

/** What the server needs to know. Each request takes one answer. When they are used up, the server is honest. */
export interface Script {
  /** To requests for the stream. */
  readonly answers: readonly Answer[]
  /** To `send()` and to changes of the topics. */
  readonly posts?: readonly Answer[]
  /** The honest server speaks docs/protocol.md. */
  readonly hub?: boolean
}

/** Who is attacked. */
type Kind = 'sse' | 'native' | 'hub' | 'layer' | 'request'

export interface Case extends Script {
  /** @defaultValue sse */
  readonly kind?: Kind
  /** Headers of the client's own. */
  readonly headers?: Readonly<Record<string, string>>
  readonly maxEventSize?: number
  /** Events of these names must arrive as well, at a handler for the name alone. */
  readonly names?: readonly string[]
  /** The events that must arrive before the honest ones, as `name data`: each once, and in this order. */
  readonly wants?: readonly string[]
  /** The last event id that the second request must send. */
  readonly cursor?: string
  /** So often `send()` is called, and so many topics are joined one after the other. */
  readonly sends?: number
  readonly joins?: number
  /** Milliseconds of the client's clock that lie between two requests, at least and on average. */
  readonly pace?: number
  /** What the page's own functions do, one entry for each call. */
  readonly moods?: readonly Mood[]
  /** The cursor waits for the handlers. */
  readonly commit?: boolean
}

/** A function of the page, and what it does once. */
export interface Mood {
  readonly at: string
  readonly does: string
}

export interface Attack {
  readonly name: string
  /** What holds: the title of a test. */
  readonly holds: string
  /** What has to be tried each time. */
  readonly musts: readonly Case[]
  /** What chance adds. */
  readonly cases: fc.Arbitrary<Case>
  /** How many of those in a run of a minute. */
  readonly rounds: number
  /** The case that leaves the most behind in a client that stays open, and what that may be, in MB. */
  readonly heaviest: Case
  readonly megabytes: number
}

export const STREAM = 'text/event-stream'

/** The head of a response. The connection ends with it: no request is sent on a connection that another one has spoiled. */
export const head = (
  status = 200,
  fields: readonly (readonly [name: string, value: string])[] = [],
  reason = '',
): Step => ({
  text: [`HTTP/1.1 ${status} ${reason}`, 'connection: close', ...fields.map((field) => field.join(': ')), '', ''].join(
    '\r\n',
  ),
})

export const STREAM_HEAD: Step = head(200, [['content-type', STREAM]])

/** A stream that is open, and ends in order. */
export const stream = (...steps: readonly Step[]): Answer => ({ steps: [STREAM_HEAD, ...steps], ends: 'end' })

/** An answer without a stream. */
export const refusal = (
  status: number,
  fields: readonly (readonly [string, string])[] = [],
  ...steps: Step[]
): Answer => ({
  steps: [head(status, fields), ...steps],
  ends: 'end',
})

/** An event that must arrive, whatever stands before it and after it. Its id is no other's. */
export const mark = (n: number): Step => ({ text: `\n\nid: mark-${n}\nevent: mark\ndata: ${n}\n\n` })
export const wanted = (...marks: readonly number[]): string[] => marks.map((n) => `mark ${n}`)
