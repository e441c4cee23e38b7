import type { Definition, EventModel, Model } from './model.ts'
import { docComment, indent, objectKey, propertyKey, quote } from './print.ts'
import { fieldsText, typeText } from './type-text.ts'

/** `events.ts`: the map of events, the union of them, constants for their names, and the types of their payloads. */
export function emitEvents({ definitions, events }: Model): string {
  return [
    eventsText(events),
    'export type EventName = keyof Events\n',
    messageText(events),
    constantsText(events),
    ...listsText(events),
    ...definitions.map(definitionText),
  ].join('\n')
}

function eventsText(events: readonly EventModel[]): string {
  const lines = events.map((event) => `${docComment(event)}${propertyKey(event.name)}: ${event.type}\n`)
  return `/** The payload of each event. */\nexport interface Events {\n${indent(lines.join(''))}}\n`
}

function messageText(events: readonly EventModel[]): string {
  const members = events.map(({ name, type }) => `{ readonly type: ${quote(name)}; readonly data: ${type} }`)
  const head = 'export type SSEMessage ='
  const [only] = members
  const text =
    members.length === 1 && only ? ` ${only}` : `\n${indent(members.map((member) => `| ${member}`).join('\n'))}`
  return `/** One event, narrowed by its \`type\`. */\n${head}${text}\n`
}

function constantsText(events: readonly EventModel[]): string {
  const lines = events.map(
    ({ constant, name, ...about }) => `${docComment(about)}${objectKey(constant)}: ${quote(name)},\n`,
  )
  return `/** The names of the events. */\nexport const EventNames = {\n${indent(lines.join(''))}} as const\n`
}

/** Lists that only some event maps have. */
function listsText(events: readonly EventModel[]): string[] {
  const terminal = events.filter((event) => event.terminal).map(({ name }) => quote(name))
  const topics = events.flatMap(({ name, topic }) =>
    topic === undefined ? [] : [`${objectKey(name)}: ${quote(topic)},\n`],
  )
  return [
    ...(terminal.length
      ? [
          `/** The events after which a stream has nothing more to say. */\nexport const terminalEvents = [${terminal.join(', ')}] as const\n`,
        ]
      : []),
    ...(topics.length
      ? [
          `/** The topic that an event is published to. */\nexport const eventTopics = {\n${indent(topics.join(''))}} as const\n`,
        ]
      : []),
  ]
}

function definitionText({ name, shape, ...about }: Definition): string {
  const doc = docComment(about)
  if (shape.kind === 'object' && shape.fields.length)
    return `${doc}export interface ${name} {\n${indent(fieldsText(shape))}}\n`
  const head = `export type ${name} =`
  const text = typeText(shape, head.length + 1)
  return `${doc}${head}${text.startsWith('\n') ? '' : ' '}${text}\n`
}
