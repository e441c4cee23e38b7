import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { counted, type Outcome, parses, requestsIn, resumes, verdict } from './conformance/case.ts'
import { GROUPS } from './conformance/cases.ts'
import { NAMES } from './conformance/names.ts'
import { passes, type Recorded, summaryOf, tableOf } from './conformance/table.ts'

/*
 * The conformance suite judges alike, and the documents show what was recorded. `npm run conformance` runs the suite itself.
 */

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const recorded: Recorded = JSON.parse(read('conformance/results.json'))
const titles = Object.values(GROUPS)
  .flat()
  .map(({ title }) => title)

const hears = (...events: [type: string, data: string][]): Outcome => ({
  heard: events.map(([type, data]) => ({ type, data, id: '' })),
  requests: [],
})
const asks = (...requests: [at: number, lastEventId?: string][]): Outcome => ({
  heard: [],
  requests: requests.map(([at, lastEventId = '']) => ({ at, lastEventId, path: '/events', headers: {} })),
})
const LAST: [string, string] = ['last', '']

describe('a case of events', () => {
  const { judge, enough } = parses('', [], [['message', 'a']])

  it.each<[what: string, outcome: Outcome, text: string]>([
    ['has what is expected, and the last', hears(['message', 'a'], LAST), '✓'],
    ['has another text', hears(['message', 'b'], LAST), 'hears "b"'],
    ['has another name', hears(['tick', 'a'], LAST), 'hears "tick: a"'],
    ['has one too many', hears(['message', 'a'], ['message', ''], LAST), 'hears "a", ""'],
    ['has nothing but the last', hears(LAST), 'hears nothing'],
    ['lacks the last', hears(['message', 'a']), 'hears "a"'],
    ['has nothing', hears(), 'hears nothing'],
  ])('%s', (_, outcome, text) => {
    expect(judge(outcome)).toEqual({ passed: text === '✓', text })
  })

  it('is over with the last event', () => {
    expect([enough?.(hears(['message', 'a'])), enough?.(hears(LAST))]).toEqual([false, true])
  })
})

describe('a case of ids', () => {
  const { judge, enough } = resumes('', ['one', 'two'], '7')

  it.each<[what: string, outcome: Outcome, text: string]>([
    ['looks at the request after the last stream', asks([0], [1, '1'], [2, '7']), '✓'],
    ['shows another id', asks([0], [1, '7'], [2, '1']), 'sends "1"'],
    ['shows that there is none', asks([0], [1, '7'], [2]), 'sends none'],
    ['finds that a client never comes back', asks([0]), 'never reconnects'],
    ['finds that a client comes back once', asks([0], [1, '7']), 'stops to reconnect'],
  ])('%s', (_, outcome, text) => {
    expect(judge(outcome)).toEqual({ passed: text === '✓', text })
  })

  it('is over with that request', () => {
    expect([enough?.(asks([0], [1])), enough?.(asks([0], [1], [2]))]).toEqual([false, true])
  })
})

it('a case that counts leaves out what came after its time', () => {
  const { judge } = requestsIn('', '', 4000, [], (count) => count <= 2)
  expect(judge(asks([10], [3000], [4009]))).toEqual(counted(false, '3'))
  expect(judge(asks([10], [3000], [4010]))).toEqual(counted(true, '2'))
  expect(judge(asks(...Array.from({ length: 100 }, (_, n): [number] => [n])))).toEqual(counted(false, 'hundreds'))
  expect(judge(asks())).toEqual(counted(true, '0'))
})

describe('what is recorded', () => {
  it('has a verdict of every client for every case there is, and no other', () => {
    expect(new Set(titles).size).toBe(titles.length)
    expect(Object.keys(recorded.clients)).toEqual(Object.keys(NAMES))
    for (const verdicts of Object.values(recorded.clients))
      expect(Object.keys(verdicts).sort()).toEqual([...titles].sort())
  })

  it.each([
    ['README.md', summaryOf],
    ['docs/comparison.md', tableOf],
  ])('is what %s shows: `npm run conformance -- --write` writes it', (file, tableFor) => {
    const [, shown] = /<!-- conformance -->\n(.*)<!-- \/conformance -->/s.exec(read(`../${file}`)) ?? []
    expect(shown).toBe(tableFor(recorded))
  })

  it.each(Object.keys(GROUPS).filter((group) => group.startsWith('The standard')))(
    'says that headwater and its EventSource pass all of "%s"',
    (group) => {
      const all = `${GROUPS[group]?.length} of ${GROUPS[group]?.length}`
      for (const client of ['headwater', 'eventsource-class'] as const)
        expect([client, passes(group, recorded.clients[client])]).toEqual([client, all])
    },
  )
})

it('the table has a row for each group, and for the cases that are not passed by all', () => {
  const [first, second] = GROUPS['The standard: handlers'] ?? []
  const clients = {
    native: Object.fromEntries(titles.map((title) => [title, verdict(true, '')])),
    eventsource: Object.fromEntries(titles.map((title) => [title, verdict(title !== second?.title, 'a | b\u0097')])),
  }
  const table = tableOf({ date: '2026-01-02', chromium: '1.2', versions: { eventsource: '5.0.0' }, clients })
  expect(table).toMatch(/^\| {2}\| native \| eventsource \|\n\| --- \| --- \| --- \|\n/)
  expect(table).toContain(
    `| **The standard: handlers** | **2 of 2** | **1 of 2** |\n| ${second?.title} | ✓ | a \\| b\\x97 |\n`,
  )
  expect(table).not.toContain(first?.title)
  expect(table).toMatch(/\n\nRecorded on 2026-01-02 in Chromium 1\.2, eventsource 5\.0\.0\.\n$/)
})
