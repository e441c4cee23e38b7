import type { EventDocument } from '../../codegen/pivot/document.ts'

/** An event map with every kind of schema in it. */
export const DOCUMENT: EventDocument = {
  version: 1,
  events: {
    'order.created': {
      schema: { $ref: '#/$defs/Order' },
      topic: 'orders',
      description: 'An order was placed.\n\nOnce for each.',
    },
    'order.closed': {
      schema: { type: 'object', properties: { id: { $ref: '#/$defs/Id' } }, required: ['id'] },
      topic: 'orders',
      terminal: true,
      deprecated: true,
    },
    ping: { schema: { type: 'null' }, terminal: true },
    anything: { schema: true },
    shape: { schema: { $ref: '#/$defs/Shape' } },
    samples: { schema: { $ref: '#/$defs/Samples' } },
  },
  $defs: {
    Id: { type: 'string', format: 'uuid', description: 'Names an order.' },
    State: { enum: ['open', 'paid', "it's", 3, null, true] },
    Long: {
      enum: [
        'a-rather-long-value',
        'another-long-value',
        'a-third-long-value',
        'a-fourth-long-value',
        'a-fifth-long-value',
      ],
    },
    Node: {
      type: 'object',
      properties: { value: { type: 'number' }, next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } },
      required: ['value', 'next'],
      additionalProperties: false,
    },
    Circle: {
      type: 'object',
      properties: { kind: { const: 'circle' }, r: { type: 'number', exclusiveMinimum: 0 } },
      required: ['kind', 'r'],
    },
    Shape: {
      description: 'One of several.',
      oneOf: [
        { $ref: '#/$defs/Circle' },
        {
          type: 'object',
          properties: { kind: { const: 'square' }, side: { type: 'number', multipleOf: 0.5 } },
          required: ['kind', 'side'],
        },
        {
          allOf: [
            { type: 'object', properties: { kind: { const: 'list' } }, required: ['kind'] },
            { $ref: '#/$defs/Node' },
          ],
        },
      ],
    },
    Order: {
      type: 'object',
      description: 'What was ordered.',
      properties: {
        id: { $ref: '#/$defs/Id', description: 'Names it.' },
        total: { type: 'number', minimum: 0 },
        count: { type: 'integer', minimum: 1, maximum: 99, deprecated: true },
        state: { $ref: '#/$defs/State' },
        'first name': { type: ['string', 'null'], minLength: 1, maxLength: 3, pattern: '^\\p{L}+$' },
        note: { type: 'string' },
        tags: { type: 'array', items: { enum: ['new', 'old'] }, uniqueItems: true, maxItems: 2 },
        node: { $ref: '#/$defs/Node' },
      },
      required: ['id', 'total', 'state', 'first name', 'extra'],
    },
    Samples: {
      type: 'object',
      properties: {
        at: { type: 'string', format: 'date-time' },
        day: { type: 'string', format: 'date' },
        place: {
          type: 'array',
          prefixItems: [{ type: 'number' }, { type: 'number' }],
          items: false,
          minItems: 2,
          maxItems: 2,
        },
        open: {
          type: 'array',
          prefixItems: [{ type: 'string' }, { type: ['number', 'null'] }],
          items: { type: 'boolean' },
          minItems: 1,
        },
        lax: { type: 'array', prefixItems: [true], items: { type: 'string' }, minItems: 1 },
        counts: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 2 },
        mixed: {
          type: 'object',
          properties: { a: { type: 'string' } },
          required: ['a'],
          additionalProperties: { type: 'number' },
        },
        none: { type: 'object', additionalProperties: false },
        any: { type: 'object' },
        both: {
          allOf: [
            { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
            { type: 'object', properties: { b: { anyOf: [{ type: 'string' }, { type: 'number' }] } }, required: ['b'] },
          ],
        },
        fixed: { const: { a: [1, 'x'], b: {} } },
        big: { type: 'integer', 'x-ts-type': 'bigint' },
        inner: {
          type: 'object',
          properties: { deep: { type: 'array', items: { type: 'object', properties: { x: true } } } },
        },
      },
    },
  },
}
