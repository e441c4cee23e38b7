import { expect, it } from 'vitest'
import { diff, formatChange } from '../../../codegen/diff/diff.ts'
import type { EventDocument, EventSpec } from '../../../codegen/pivot/document.ts'

const map = (events: Readonly<Record<string, Partial<EventSpec>>>): EventDocument => ({
  version: 1,
  events: Object.fromEntries(Object.entries(events).map(([name, spec]) => [name, { schema: true, ...spec }])),
  $defs: {},
})

it('names what has changed of events', () => {
  const before = map({ gone: {}, topic: { topic: 'a' }, other: {}, same: { topic: 'x', description: 'Old.' } })
  const after = map({
    added: {},
    constructor: {},
    topic: {},
    other: { deprecated: true, terminal: true },
    same: { topic: 'x', description: 'New.' },
  })
  expect(diff(before, after).map(formatChange)).toEqual([
    'breaking: gone: the event is gone',
    'compatible: other: the event is deprecated now',
    'compatible: other: the event ends the stream now',
    'breaking: topic: the topic was a, is not fixed',
    'compatible: added: the event is new',
    'compatible: constructor: the event is new',
  ])
})
