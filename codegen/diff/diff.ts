import type { EventDocument, EventSpec } from '../pivot/document.ts'
import { shapeOf } from '../pivot/shape-of.ts'
import { entriesOf } from '../pivot/write.ts'
import { type Change, compare, type Sides } from './compare.ts'
import { createResolve } from './resolve.ts'

/** What has changed between two event maps, event by event. */
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
  const topic = (text: string): Change => ({ isBreaking: true, path, text })
  return [
    ...(before.topic === after.topic
      ? []
      : [topic(`the topic was ${before.topic ?? 'not fixed'}, is ${after.topic ?? 'not fixed'}`)]),
    ...(after.deprecated && !before.deprecated
      ? [{ isBreaking: false, path, text: 'the event is deprecated now' }]
      : []),
    ...(after.terminal === true && before.terminal !== true
      ? [{ isBreaking: false, path, text: 'the event ends the stream now' }]
      : []),
    ...compare(shapeOf(before.schema), shapeOf(after.schema), path, sides),
  ]
}

/** One line, without a line end. */
export const formatChange = ({ isBreaking, path, text }: Change): string =>
  `${isBreaking ? 'breaking' : 'compatible'}: ${path}: ${text}`
