import { createSSE, type SSEEvent, schemas } from 'headwater'
import { createHub } from 'headwater/server'
import { expectTypeOf } from 'vitest'
import {
  type EventName,
  EventNames,
  type Events,
  type SSEMessage,
  type terminalEvents,
} from '../codegen/golden/plain/events.ts'
import { createPublisher } from '../codegen/golden/plain/publisher.ts'
import { eventSchemas as plain } from '../codegen/golden/plain/schemas.ts'
import { eventSchemas as valibot } from '../codegen/golden/valibot/schemas.ts'
import { eventSchemas as zod } from '../codegen/golden/zod/schemas.ts'

/*
 * What is generated, in a program of its own.
 */

// The map is that of a client.
const client = createSSE<Events>('/events')
client.subscribe(EventNames.OrderCreated, (order) => {
  expectTypeOf(order.note).toEqualTypeOf<string | undefined>()
  // @ts-expect-error: the order has no such field.
  order.nothing
})
// @ts-expect-error: there is no such event.
client.subscribe('order.lost', () => {})
expectTypeOf<EventName>().toEqualTypeOf<keyof Events>()
expectTypeOf<(typeof terminalEvents)[number]>().toEqualTypeOf<'order.closed' | 'ping'>()

// A union is narrowed by its type.
function read(message: SSEMessage): string | null {
  switch (message.type) {
    case 'order.created':
      return message.data.id
    case 'ping':
      return message.data
    default:
      return message.type
  }
}
declare const event: SSEEvent<Events>
read(event)

// Validators give a client the same types, whatever they are written with.
for (const parse of [schemas(plain), schemas(zod), schemas(valibot)]) {
  const checked = createSSE('/events', { parse })
  checked.subscribe('order.created', (order) => expectTypeOf(order).toEqualTypeOf<Events['order.created']>())
}

// They fit a hub, and the publisher has a function for each event.
const hub = createHub<Events>({ schemas: plain })
createHub<Events>({ schemas: zod })
createHub<Events>({ schemas: valibot })
const publisher = createPublisher(hub)
publisher.orderClosed({ id: 'x' }, { userId: 'ada' })
// @ts-expect-error: an id is a text.
publisher.orderClosed({ id: 1 })
// @ts-expect-error: there is no such event.
publisher.orderLost({})
// @ts-expect-error: a hub of other events.
createPublisher(createHub<{ other: string }>())
