import { describe, expect, it } from 'vitest'
import { createReplay } from '../../../testing/mock/replay.ts'
import { type Welcome, welcome } from '../../../testing/mock/welcome.ts'
import { REQUEST } from '../../support/mock-wire.ts'

const event = (id: string) => ({ type: 'tick', text: id, options: { id } })

/** A log with the events 1 and 2. */
function log() {
  const replay = createReplay()
  for (const id of ['1', '2']) replay.add(event(id))
  return replay
}

const receive = (
  lastEventId: string,
  ...rest: [log: ReturnType<typeof log> | undefined, introduces: boolean]
): Welcome => welcome({ ...REQUEST, lastEventId }, 'c1', ...rest)

describe('a client', () => {
  it.each<[what: string, id: string, hasLog: boolean, introduces: boolean, recovered: boolean, cursor: string]>([
    ['without an id', '', false, false, false, ''],
    ['with an id that nobody can check', '7', false, true, true, '7'],
    ['without an id, where there is a log,', '', true, true, false, '2'],
    ['with an id of the log', '1', true, true, true, '1'],
    ['with an id that the log does not know', '7', true, true, false, '2'],
  ])('a client %s is recovered or not, and has its cursor', (_, id, hasLog, introduces, recovered, cursor) => {
    const { introduction } = receive(id, hasLog ? log() : undefined, introduces)
    expect(introduction).toEqual({ v: 1, clientId: 'c1', epoch: 'mock0000', cursor, recovered, topics: [] })
  })

  it.each<[what: string, id: string, hasLog: boolean, introduces: boolean, isUnknown: boolean, missed: string[]]>([
    ['without an id has missed nothing', '', true, false, false, []],
    ['has missed nothing where nothing is kept', '1', false, true, false, []],
    ['has missed what came after its id', '1', true, false, false, ['2']],
    ['has missed nothing after the last', '2', true, true, false, []],
    ['with an unknown id gets all, since it cannot be notified of a gap', '7', true, false, true, ['1', '2']],
    ['with an unknown id gets nothing, since it is notified of a gap', '7', true, true, true, []],
  ])('a client %s', (_, id, hasLog, introduces, isUnknown, missed) => {
    const result = receive(id, hasLog ? log() : undefined, introduces)
    expect([result.isUnknown, result.missed]).toEqual([isUnknown, missed.map(event)])
  })

  it('is granted the topics that it asks for', () => {
    const request = { ...REQUEST, query: { topics: 'a,,b.*,no topic' } }
    const { introduction } = welcome(request, 'c1', undefined, true)
    expect(introduction.topics).toEqual(['a', 'b.*'])
    expect(introduction.denied).toMatchObject([{ topic: 'no topic', code: 'invalid' }])
  })
})
