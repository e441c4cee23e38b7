import * as fc from 'fast-check'
import { type Answer, type Attack, type Case, refusal } from '../case.ts'

/*
 * Redirects to where nothing should follow, and to where a secret must not go.
 */

const STATUSES = [301, 302, 303, 307, 308] as const

const PLACES = [
  ...['{self}', '{elsewhere}', 'http://127.0.0.1:2/', 'http://127.0.0.1:1/', 'http://user:secret@127.0.0.1:2/'],
  ...[
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/event-stream,data:%201%0a%0a',
    'blob:x',
    'about:blank',
    'ftp://a/',
  ],
  ...['', '//', 'http://', 'http:///', '?', '#', '..', '\\\\a', 'http://[', ' ', 'x'.repeat(5000), '\x80'],
]

const redirect = (status: number, place?: string): Answer =>
  refusal(status, place === undefined ? [] : [['location', place]])

const answers = fc
  .tuple(fc.constantFrom(...STATUSES), fc.option(fc.constantFrom(...PLACES), { nil: undefined }))
  .map(([status, place]) => redirect(status, place))

/** None, one that no redirect may take along, and one that the platform takes care of. */
const headers = fc.constantFrom(undefined, { 'x-secret': 'of the page' }, { authorization: 'of the page' })

const cases: fc.Arbitrary<Case> = fc
  .record({
    headers,
    kind: fc.constantFrom('sse' as const, 'hub' as const, 'native' as const, 'request' as const),
    answers: fc.array(answers, { maxLength: 4 }),
    posts: fc.array(answers, { maxLength: 3 }),
  })
  .map(({ headers, kind, answers, posts }): Case => {
    const own = headers && kind !== 'native' ? { headers } : {}
    return kind === 'hub' ? { kind, hub: true, answers, posts, sends: 1, ...own } : { kind, answers, ...own }
  })

const SECRET = { 'x-secret': 'of the page' }
const loop = (status: number): readonly Answer[] => Array<Answer>(25).fill(redirect(status, '{self}'))
const each = (place: string): readonly Answer[] => STATUSES.map((status) => redirect(status, place))

const musts: readonly Case[] = [
  { answers: loop(302) },
  { answers: loop(307), kind: 'native' },
  { answers: loop(308).slice(0, 8), headers: SECRET },
  ...PLACES.map((place): Case => ({ answers: each(place) })),
  { answers: each('{elsewhere}'), headers: SECRET },
  { answers: each('{elsewhere}'), headers: { authorization: 'of the page' } },
  { answers: each('{elsewhere}'), headers: SECRET, kind: 'request' },
  { kind: 'hub', hub: true, answers: [], posts: each('{elsewhere}'), sends: 1, headers: SECRET },
  { kind: 'hub', hub: true, answers: [], posts: each('{self}'), sends: 1 },
  { kind: 'hub', hub: true, answers: [], posts: each('{elsewhere}').slice(0, 3), joins: 1, headers: SECRET },
]

export const redirects: Attack = {
  name: 'redirects',
  holds: 'survives hostile redirects: no secret header reaches another origin',
  musts,
  cases,
  rounds: 20,
  heaviest: { answers: [...loop(302), ...each('{elsewhere}')] },
  megabytes: 4,
}
