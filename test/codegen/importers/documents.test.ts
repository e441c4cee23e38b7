import { describe, expect, it } from 'vitest'
import { generateFrom, refusalOf } from '../stage.ts'

describe('a folder of JSON Schemas', () => {
  it('has an event in each file, which is called as the file is', async () => {
    const { document, lines } = await generateFrom({
      'orders/order.created.schema.json': {
        description: 'Placed.',
        deprecated: true,
        'x-topic': 'orders',
        'x-terminal': true,
        type: 'object',
      },
      'ping.yml': 'type: "null"',
      'README.md': '# no source',
    })
    expect(lines).toEqual([])
    expect(document).toEqual({
      version: 1,
      events: {
        'order.created': {
          schema: { $ref: '#/$defs/OrderCreated' },
          description: 'Placed.',
          deprecated: true,
          topic: 'orders',
          terminal: true,
        },
        ping: { schema: { $ref: '#/$defs/Ping' } },
      },
      $defs: {
        OrderCreated: { type: 'object', description: 'Placed.', deprecated: true },
        Ping: { type: 'null' },
      },
    })
  })
})

describe('a file of another kind', () => {
  it.each<[name: string, value: unknown]>([
    ['package.json', { name: 'x', version: '1.0.0' }],
    ['tsconfig.json', { $schema: 'https://example.com/tsconfig', compilerOptions: {} }],
    ['swagger.json', { swagger: '2.0', paths: {} }],
  ])('is no event: %s', async (name, value) => {
    expect(await refusalOf({ [name]: value })).toBe(
      `${name}:1:1: is no event map, JSON Schema, OpenAPI or AsyncAPI: it has no keyword of them`,
    )
  })

  it.each<[value: unknown]>([[{}], [{ 'x-topic': 'orders' }], [{ title: 'x', tpye: 1 }]])(
    '%j is a schema all the same',
    async (value) => {
      const { document } = await generateFrom({ 'a.json': value })
      expect(Object.keys(document.events)).toEqual(['a'])
    },
  )
})

describe('an event map', () => {
  const map = {
    version: 1,
    events: {
      'order.created': { schema: { $ref: '#/$defs/Order' }, topic: 'orders', terminal: true, description: 'Placed.' },
      ping: { schema: true, deprecated: true },
    },
    $defs: { Order: { type: 'object' }, Unused: { type: 'string' } },
  }

  it('is what it says', async () => {
    const { document, lines } = await generateFrom({ 'events.json': map })
    expect(lines).toEqual([])
    expect(document).toEqual(map)
  })

  it.each<[what: string, map: unknown, line: string]>([
    ['another version', { version: 2, events: {} }, 'e.json:1:2: version: expected 1, got 2'],
    ['no events', { version: 1, events: 1 }, 'e.json:1:14: events: expected an object'],
    ['an event that is none', { version: 1, events: { a: 1 } }, 'e.json:1:24: an event: expected an object'],
    [
      'an event without a schema',
      { version: 1, events: { a: {} } },
      'e.json:1:24: an event needs a schema, which describes its payload',
    ],
    [
      'a field that there is not',
      { version: 1, events: { a: { schema: true, topics: 'x' } } },
      'e.json:1:43: an event has no topics: it has schema, topic, terminal, deprecated, description',
    ],
    [
      'a field with another value',
      { version: 1, events: { a: { schema: true, terminal: 'x' } } },
      'e.json:1:43: terminal: expected true or false',
    ],
    [
      'an empty name',
      { version: 1, events: { '': { schema: true } } },
      'e.json:1:24: "" is no name for an event: it is empty, or has a line end or NUL in it',
    ],
    [
      'a name with a line end',
      { version: 1, events: { 'a\nb': { schema: true } } },
      'e.json:1:24: "a\\nb" is no name for an event: it is empty, or has a line end or NUL in it',
    ],
    ['no event', { version: 1, events: {} }, 'the sources have no events'],
  ])('is refused in one line: %s', async (_, given, line) => {
    expect((await refusalOf({ 'e.json': given })).split('\n')[0]).toBe(line)
  })
})

describe('several sources', () => {
  it('may not have two events of one name', async () => {
    expect(
      await refusalOf({ 'a/x.json': { type: 'null' }, 'b.json': { version: 1, events: { x: { schema: true } } } }),
    ).toBe('b.json:1:24: there are two events x: the other is at a/x.json:1:1. Rename one')
  })
})
