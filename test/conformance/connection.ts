import type { Step } from '../../testing/node.ts'
import { type Case, counted, type Outcome, requestsIn, verdict } from './case.ts'

const PROCESSING = 'HTML 9.2.3'
/** How long to wait for what must come, in milliseconds. */
const LIMIT = 9000
/** `retry: 100` is over long before, and the 3 s that most clients wait by themselves are not. */
const SOON = 2000
const ends = (...steps: Step[]): Step[] => [{ open: {} }, ...steps, { wait: 50 }, { end: true }]

/** From the first request to the second, in milliseconds. */
function waited({ requests: [first, second] }: Outcome): number | undefined {
  return first && second ? second.at - first.at : undefined
}

/** A stream that ends, and how long the client waits before it asks again. */
function waits(
  title: string,
  section: string,
  raw: string,
  limit: number,
  passed: (ms: number | undefined) => boolean,
): Case {
  return {
    title,
    section,
    scripts: [ends({ raw }), []],
    watch: limit,
    enough: ({ requests }) => requests.length > 1,
    judge(outcome) {
      const ms = waited(outcome)
      return verdict(
        passed(ms),
        ms === undefined ? `not within ${limit / 1000} s` : `after ${(ms / 1000).toFixed(1)} s`,
      )
    },
  }
}

const isSooner = (ms: number | undefined): boolean => ms !== undefined && ms < SOON

const isLater =
  (least: number) =>
  (ms: number | undefined): boolean =>
    ms === undefined || ms >= least

/** HTML 9.2.3 and 9.2.6: requests, and when they are sent again. */
export const CONNECTION: readonly Case[] = [
  {
    title: 'asks for `text/event-stream`',
    section: PROCESSING,
    scripts: [[]],
    watch: LIMIT,
    enough: ({ requests }) => requests.length > 0,
    judge({ requests: [first] }) {
      const accept = first?.headers['accept']
      return verdict(accept?.split(',')[0] === 'text/event-stream', `accept: ${accept}`)
    },
  },
  {
    title: 'follows a redirect',
    section: 'HTML 9.2.1',
    scripts: [[{ redirect: '/moved' }], [{ raw: 'data: 1\n\n' }]],
    watch: LIMIT,
    enough: ({ heard }) => heard.length > 0,
    judge: ({ requests: [, second], heard }) => verdict(second?.path === '/moved' && heard.length === 1, 'does not'),
  },
  {
    title: 'opens a stream with parameters and capitals in its content type',
    section: PROCESSING,
    scripts: [[{ open: { headers: { 'content-type': 'Text/Event-Stream; charset=utf-8' } } }, { raw: 'data: 1\n\n' }]],
    watch: LIMIT,
    enough: ({ heard }) => heard.length > 0,
    judge: ({ heard }) => verdict(heard.length === 1, 'refuses it'),
  },
  {
    title: 'refuses a content type that begins alike',
    section: PROCESSING,
    scripts: [[{ open: { headers: { 'content-type': 'text/event-streams' } } }, { raw: 'data: 1\n\n' }]],
    watch: 1500,
    judge: ({ heard }) => verdict(heard.length === 0, 'reads it'),
  },
  {
    title: 'tries again after a network error',
    section: PROCESSING,
    scripts: [[{ drop: true }], []],
    watch: LIMIT,
    enough: ({ requests }) => requests.length > 1,
    judge: ({ requests }) => verdict(requests.length > 1, 'never'),
  },
  {
    title: 'reconnects when a stream ends',
    section: PROCESSING,
    scripts: [ends({ raw: 'data: 1\n\n' }), []],
    watch: LIMIT,
    enough: ({ requests }) => requests.length > 1,
    judge: ({ requests }) => verdict(requests.length > 1, 'never'),
  },
  waits('waits as long as `retry` says', 'HTML 9.2.6', 'retry: 5500\ndata: 1\n\n', 5200, isLater(5400)),
  waits('reconnects as soon as `retry` says', 'HTML 9.2.6', 'retry: 100\ndata: 1\n\n', LIMIT, isSooner),
  waits('takes a `retry` before the end of its block', 'HTML 9.2.6', 'data: 1\n\nretry: 100\n', LIMIT, isSooner),
  waits('ignores a `retry` that is no number', 'HTML 9.2.6', 'retry: 5x0\ndata: 1\n\n', 4000, isLater(700)),
  waits(
    'takes a very long `retry` for no reason to hurry',
    'HTML 9.2.6',
    'retry: 99999999999\ndata: 1\n\n',
    4000,
    isLater(4000),
  ),
  requestsIn('status 204, in 4 s: requests', PROCESSING, 4000, [[{ refuse: { status: 204 } }]], (count) => count === 1),
]

/** What no standard says, and every application meets. */
export const TROUBLE: readonly Case[] = [
  requestsIn('status 401, in 4 s: requests', 'in use', 4000, [[{ refuse: { status: 401 } }]], (count) => count === 1),
  requestsIn(
    'status 200 with a page to sign in, in 8 s: requests',
    'in use',
    8000,
    [[{ refuse: { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Sign in' } }]],
    (count) => count <= 3,
  ),
  {
    title: 'status 503 with `Retry-After: 4`, then a stream: comes back',
    section: 'in use',
    scripts: [[{ refuse: { status: 503, headers: { 'retry-after': '4' } } }], []],
    watch: LIMIT,
    enough: ({ requests }) => requests.length > 1,
    judge(outcome) {
      const ms = waited(outcome)
      // Clients that do not look wait for 3 s at most. The clocks of server and client are not the same.
      return counted(ms !== undefined && ms > 3900, ms === undefined ? 'never' : `after ${(ms / 1000).toFixed(1)} s`)
    },
  },
  requestsIn(
    'opens and ends at once, in 6 s: requests',
    'in use',
    6000,
    [[{ comment: '' }, { end: true }]],
    (count) => count > 1 && count <= 6,
  ),
]

const THREE: readonly (readonly Step[])[] = [[{ raw: 'data: 1\n\ndata: 2\n\ndata: 3\n\n' }]]

/** What applications do when an event comes. */
export const HANDLERS: readonly Case[] = [
  {
    title: 'delivers every event of a chunk, though its handler throws at each',
    section: 'DOM 2.10',
    scripts: THREE,
    act: 'throw',
    watch: 4000,
    judge({ heard, requests }) {
      const texts = heard.map(({ data }) => data).join(', ')
      return verdict(texts === '1, 2, 3' && requests.length === 1, `delivers ${texts}, ${requests.length} requests`)
    },
  },
  {
    title: 'delivers nothing after `close()` in a handler',
    section: 'HTML 9.2.2',
    scripts: THREE,
    act: 'close',
    watch: 2000,
    judge: ({ heard }) => verdict(heard.length === 1, `delivers ${heard.length - 1} more`),
  },
]
