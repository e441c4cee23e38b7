import { camelCase } from '../base/names.ts'
import type { EventModel, Model } from './model.ts'
import { docComment, indent, objectKey, quote } from './print.ts'

/** `publisher.ts`: a function for each event of a hub. */
export function emitPublisher({ events }: Model, from: string): string {
  const names = functionNames(events)
  const signatures = events.map(
    (event, n) =>
      `${docComment(event)}${names[n]}(data: Events[${quote(event.name)}], options?: PublishOptions): Promise<Published>\n`,
  )
  const functions = events.map(({ name, topic }, n) => {
    const options = topic === undefined ? 'options' : `{ topic: ${quote(topic)}, ...options }`
    return `${names[n]}: (data, options) => hub.publish(${quote(name)}, data, ${options}),\n`
  })
  return `import type { Hub, Published, PublishOptions } from 'headwater/server'
import type { Events } from ${quote(from)}

/** Publishes each event with a function of its own. */
export interface Publisher {
${indent(signatures.join(''))}}

/** An event that always has the same topic is published to it. */
export function createPublisher(hub: Pick<Hub<Events>, 'publish'>): Publisher {
  return {
${indent(indent(functions.join('')))}  }
}
`
}

/** `orderCreated`. Events that would have the same keep their own name. */
function functionNames(events: readonly EventModel[]): string[] {
  const names = events.map(({ name }) => camelCase(name))
  return names.map((name, n) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : objectKey(events[n]?.name ?? name),
  )
}
