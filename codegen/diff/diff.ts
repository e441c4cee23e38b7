import type { EventDocument, EventSpec } from '../pivot/document.ts'
import { shapeOf } from '../pivot/shape-of.ts'
import { entriesOf } from '../pivot/write.ts'
import { type Change, compare, type Sides } from './compare.ts'
import { createResolve } from './resolve.ts'

/** The changes between two event maps, event by event. */
export function diff(before: EventDocument, after: EventDocument): Change[] {
  const sides: Sides = { before: createResolve(before), after: createResolve(after) }
  const gone = entriesOf(before.events).flatMap(([name, spec]): Change[] => {
    const now = Object.hasOwn(after.events, name) ? after.events[name] : undefined
    return now ? eventChanges(name, spec, now, sides) : [{ isBreaking: true, path: name, text: 'the event is gone' }]
  })
  const added = entriesOf(after.events)
    .filter(([name]) => !Object.hasOwn(before.events, name))
    .map(([path]): Change => ({ isBreaking: false, path, text: 'the event is new' }))
  return [...gone, ...added]
}

function eventChanges(path: string, before: EventSpec, after: EventSpec, sides: Sides): Change[] {
  const change = (isHere: boolean, isBreaking: boolean, text: string): Change[] =>
    isHere ? [{ isBreaking, path, text }] : []
  const topics = `the topic was ${before.topic ?? 'not fixed'}, is ${after.topic ?? 'not fixed'}`
  const [ended = false, ends = false] = [before.terminal, after.terminal]
  return [
    ...change(before.topic !== after.topic, true, topics),
    ...change(!before.deprecated && after.deprecated === true, false, 'the event is deprecated now'),
    ...change(!ended && ends, false, 'the event ends the stream now'),
    // Clients of before close at it, and miss the rest.
    ...change(ended && !ends, true, 'the event does not end the stream any more'),
    ...compare(shapeOf(before.schema), shapeOf(after.schema), path, sides),
  ]
}

/** One line, without a line end. */
export const formatChange = ({ isBreaking, path, text }: Change): string =>
  `${isBreaking ? 'breaking' : 'compatible'}: ${path}: ${text}`
