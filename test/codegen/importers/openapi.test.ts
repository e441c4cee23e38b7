import { describe, expect, it } from 'vitest'
import { generateFrom, refusalOf } from '../stage.ts'

/** A document of OpenAPI with one stream. */
const stream = (media: unknown, more: object = {}) => ({
  openapi: '3.2.0',
  info: { title: 'x', version: '1' },
  paths: {
    '/events': {
      get: { responses: { 200: { description: '', content: { 'text/event-stream; charset=utf-8': media } } } },
    },
  },
  components: { schemas: { Order: { type: 'object' } } },
  ...more,
})

/** The events of a document, with what is known of each. */
async function eventsOf(document: unknown) {
  const { document: map, lines } = await generateFrom({ 'api.json': document })
  return { events: map.events, lines }
}
const order = { $ref: '#/components/schemas/Order' }
const read = { $ref: '#/$defs/Order' }

describe('OpenAPI 3.2', () => {
  it('has an event for each member of oneOf, with JSON in a text', async () => {
    const itemSchema = {
      type: 'object',
      required: ['event', 'data'],
      properties: { event: { type: 'string' }, data: { type: 'string' }, id: { type: 'string' } },
      oneOf: [
        {
          description: 'Placed.',
          'x-topic': 'orders',
          properties: {
            event: { const: 'order.created' },
            data: { contentMediaType: 'application/json', contentSchema: order },
          },
        },
        {
          deprecated: true,
          'x-terminal': true,
          properties: { event: { enum: ['done', 'failed'] }, data: { const: '[DONE]' } },
        },
        { properties: { event: { const: 'note' } } },
      ],
    }
    const last = { schema: { const: '[DONE]' }, deprecated: true, terminal: true }
    expect(await eventsOf(stream({ itemSchema }))).toEqual({
      lines: [],
      events: {
        'order.created': { schema: read, description: 'Placed.', topic: 'orders' },
        done: last,
        failed: last,
        note: { schema: { type: 'string' } },
      },
    })
  })

  it('has payloads that are described as they are, behind references', async () => {
    const document = stream(
      { $ref: '#/components/mediaTypes/Stream' },
      {
        components: {
          mediaTypes: { Stream: { itemSchema: { $ref: '#/components/schemas/Item' } } },
          schemas: {
            Item: { anyOf: [{ $ref: '#/components/schemas/Created' }] },
            Created: { allOf: [{ properties: { event: { const: 'created' } } }, { properties: { data: order } }] },
            Order: { type: 'object' },
          },
        },
      },
    )
    expect(await eventsOf(document)).toEqual({ lines: [], events: { created: { schema: read } } })
  })

  it('has the event message, if the event has no name', async () => {
    const data = { contentSchema: order }
    expect(await eventsOf(stream({ itemSchema: { properties: { data } } }))).toEqual({
      lines: [],
      events: { message: { schema: read } },
    })
    const { lines } = await eventsOf(stream({ itemSchema: { properties: { event: { type: 'string' }, data } } }))
    expect(lines).toEqual([
      expect.stringMatching(
        /^api\.json:1:\d+: warning: the event has no fixed name \(const or enum\), and is taken for message$/,
      ),
    ])
  })

  it('may send one event in two streams', async () => {
    const { paths } = stream({ itemSchema: { properties: { event: { const: 'a' }, data: order } } })
    const twice = stream({}, { paths: { ...paths, '/more': paths['/events'] } })
    expect(await eventsOf(twice)).toEqual({ lines: [], events: { a: { schema: read } } })
  })

  it('is sent by methods that OpenAPI has no field for, too', async () => {
    const itemSchema = { properties: { event: { const: 'copied' }, data: order } }
    const { paths } = stream({ itemSchema })
    const document = stream({}, { paths: { '/events': { additionalOperations: { COPY: paths['/events'].get } } } })
    expect(await eventsOf(document)).toEqual({ lines: [], events: { copied: { schema: read } } })
  })

  it('may be YAML', async () => {
    const { document, lines } = await generateFrom({
      'api.yaml': `openapi: 3.2.0
paths:
  /events:
    get:
      responses:
        '200':
          content:
            text/event-stream:
              itemSchema:
                properties:
                  event: { const: tick }
                  data: { type: integer }
`,
    })
    expect(lines).toEqual([])
    expect(document.events).toEqual({ tick: { schema: { type: 'integer' } } })
  })
})

describe('OpenAPI 3.1', () => {
  it('has its events in x-sse-events, of a stream or of the document', async () => {
    const events = { 'order.created': { schema: order, topic: 'orders' } }
    const expected = { lines: [], events: { 'order.created': { schema: read, topic: 'orders' } } }
    expect(await eventsOf(stream({ 'x-sse-events': events }, { openapi: '3.1.1' }))).toEqual(expected)
    expect(await eventsOf({ ...stream({}), openapi: '3.1.0', 'x-sse-events': events })).toEqual(expected)
  })
})

describe('OpenAPI that is not understood', () => {
  it.each<[what: string, document: unknown, line: string]>([
    [
      'another version',
      { openapi: '3.0.3' },
      'api.json:1:2: OpenAPI 3.0.3 is not supported: 3.2, or 3.1 with x-sse-events',
    ],
    [
      'no stream',
      { openapi: '3.2.0', paths: {} },
      'api.json:1:1: no response has text/event-stream with itemSchema (OpenAPI 3.2) or x-sse-events',
    ],
    [
      'an item that is a form of itself',
      {
        openapi: '3.2.0',
        'x-sse-events': { a: { schema: true } },
        paths: stream({ itemSchema: { $ref: '#/components/schemas/Item' } }).paths,
        components: { schemas: { Item: { oneOf: [{ $ref: '#/components/schemas/Item' }] } } },
      },
      'api.json:1:250: the schema of an item is a form of itself: name each event once',
    ],
    [
      'an item without data',
      stream({ itemSchema: { properties: {} } }),
      'api.json:1:157: an item of the stream has no property data',
    ],
    ['a reference that leads nowhere', stream({ $ref: '#/x' }), 'api.json:1:158: $ref leads nowhere: "#/x"'],
  ])('is refused in one line: %s', async (_, document, line) => {
    const [first = ''] = (await refusalOf({ 'api.json': document })).split('\n')
    expect(first.replace(/^(api\.json:1):1\d\d:/, '$1:n:')).toBe(line.replace(/^(api\.json:1):1\d\d:/, '$1:n:'))
  })
})
