import { describe, expect, it } from 'vitest'
import { generateFrom, refusalOf } from '../stage.ts'

const DOCUMENT = {
  asyncapi: '3.0.0',
  channels: {
    orders: {
      address: '/events',
      messages: {
        orderCreated: { $ref: '#/components/messages/Created' },
        'order.gone': { payload: { type: 'string' }, 'x-terminal': true, deprecated: true, 'x-topic': 'orders' },
        posted: { payload: { type: 'number' } },
      },
    },
  },
  operations: {
    created: {
      action: 'send',
      channel: { $ref: '#/channels/orders' },
      messages: [{ $ref: '#/channels/orders/messages/orderCreated' }],
    },
    gone: {
      action: 'send',
      channel: { $ref: '#/channels/orders' },
      messages: [{ $ref: '#/channels/orders/messages/order.gone' }],
    },
    post: { action: 'receive', channel: { $ref: '#/channels/orders' } },
  },
  components: {
    messages: {
      Created: { name: 'order.created', summary: 'Placed.', payload: { $ref: '#/components/schemas/Order' } },
    },
    schemas: { Order: { type: 'object' } },
  },
}
const CREATED = { schema: { $ref: '#/$defs/Order' }, description: 'Placed.' }
const GONE = { schema: { type: 'string' }, deprecated: true, topic: 'orders', terminal: true }

async function eventsOf(document: unknown) {
  const { document: map, lines } = await generateFrom({ 'api.json': document })
  expect(lines).toEqual([])
  return map.events
}

describe('AsyncAPI 3', () => {
  it('has an event for each message that an operation sends', async () => {
    expect(await eventsOf(DOCUMENT)).toEqual({ 'order.created': CREATED, 'order.gone': GONE })
  })

  it('sends all messages of a channel, if the operation names none', async () => {
    const operations = { all: { action: 'send', channel: { $ref: '#/channels/orders' } } }
    expect(Object.keys(await eventsOf({ ...DOCUMENT, operations }))).toEqual(['order.created', 'order.gone', 'posted'])
  })

  it('has all messages of all channels, if it has no operations', async () => {
    const { operations: _, ...rest } = DOCUMENT
    expect(Object.keys(await eventsOf(rest))).toEqual(['order.created', 'order.gone', 'posted'])
  })

  it('takes a schema with its format, and null for a message without a payload', async () => {
    const payload = { schemaFormat: 'application/schema+json;version=draft-07', schema: { type: 'string' } }
    const document = { asyncapi: '3.1.0', channels: { c: { messages: { a: { payload }, b: {} } } } }
    expect(await eventsOf(document)).toEqual({ a: { schema: { type: 'string' } }, b: { schema: { type: 'null' } } })
  })

  it.each<[what: string, document: unknown, line: string]>([
    [
      'another version',
      { asyncapi: '2.6.0' },
      'api.json:1:2: AsyncAPI 2.6.0 is not supported: convert the document to 3',
    ],
    ['no message', { asyncapi: '3.0.0' }, 'api.json:1:1: no operation sends a message, and no channel has one'],
    [
      'a message that is not there',
      { asyncapi: '3.0.0', operations: { a: { action: 'send', messages: [{ $ref: '#/x' }] } } },
      'api.json:1:56: $ref leads nowhere: "#/x"',
    ],
    [
      'Avro',
      {
        asyncapi: '3.0.0',
        channels: { c: { messages: { a: { payload: { schemaFormat: 'application/vnd.apache.avro', schema: {} } } } } },
      },
      'api.json:1:66: application/vnd.apache.avro is not supported: use JSON Schema',
    ],
  ])('is refused in one line: %s', async (_, document, line) => {
    expect((await refusalOf({ 'api.json': document })).split('\n')[0]).toBe(line)
  })
})
