import { expect, it } from 'vitest'
import { diff, formatChange } from '../../../codegen/diff/diff.ts'
import type { EventDocument, EventSpec } from '../../../codegen/pivot/document.ts'

const map = (events: Readonly<Record<string, Partial<EventSpec>>>): EventDocument => ({
  version: 1,
  events: Object.fromEntries(Object.entries(events).map(([name, spec]) => [name, { schema: true, ...spec }])),
  $defs: {},
})

it('names what has changed of events', () => {
  const before = map({
    gone: {},
    topic: { topic: 'a' },
    other: {},
    last: { terminal: true },
    same: { topic: 'x', description: 'Old.' },
  })
  const after = map({
    added: {},
    constructor: {},
    topic: {},
    other: { deprecated: true, terminal: true },
    last: { deprecated: false },
    same: { topic: 'x', description: 'New.' },
  })
  expect(diff(before, after).map(formatChange)).toEqual([
    'breaking: gone: the event is gone',
    'breaking: last: the event does not end the stream any more',
    'compatible: other: the event is deprecated now',
    'compatible: other: the event ends the stream now',
    'breaking: topic: the topic was a, is not fixed',
    'compatible: added: the event is new',
    'compatible: constructor: the event is new',
  ])
})

it('names an event that has another name as gone, and as new', () => {
  const schema = { type: 'string' } as const
  expect(diff(map({ 'a.made': { schema } }), map({ 'a.created': { schema } })).map(formatChange)).toEqual([
    'breaking: a.made: the event is gone',
    'compatible: a.created: the event is new',
  ])
})
