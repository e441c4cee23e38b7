import type { LogRecord } from 'headwater/server'
import { expect, it } from 'vitest'
import { hubEvent } from '../../../server/publish/event.ts'

const RECORD: LogRecord = { type: 'n', json: '{"a":1}', to: {}, at: 5 }

it.each<[to: LogRecord['to'], topic: string | undefined]>([
  [{}, undefined],
  [{ topic: 'a', userId: 'ada' }, 'a'],
  [{ resource: 'b' }, 'b'],
])('an event to %j is described as the client will have it, with its target', (to, topic) => {
  const { type, data, id, topic: of, target, at } = hubEvent({ ...RECORD, to }, 'x-7')
  expect({ type, data, id, topic: of, target, at }).toEqual({
    type: 'n',
    data: { a: 1 },
    id: 'x-7',
    topic,
    target: to,
    at: 5,
  })
})

it('an event is decoded once, when its data is read', () => {
  const event = hubEvent(RECORD, '')
  expect(event.data).toBe(event.data)
  const broken = hubEvent({ ...RECORD, json: '{' }, '')
  expect(broken.type).toBe('n')
  expect(() => broken.data).toThrow(SyntaxError)
})

it('a change of the target of an event changes nothing of the log', () => {
  const to = { sessionIds: ['s1'] }
  const event = hubEvent({ ...RECORD, to }, 'x-7')
  ;(event.target.sessionIds as string[]).push('s2')
  expect(to).toEqual({ sessionIds: ['s1'] })
  expect(event.target.sessionIds).toEqual(['s1', 's2'])
})
