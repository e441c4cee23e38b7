import fc from 'fast-check'
import type { Address, PublishTarget } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { checkTarget, checkType, selector } from '../../../server/audience/target.ts'
import { testClient, withGiven } from '../../support/hub.ts'

const TOPIC = 'a topic (letters, marks and numbers of any script and . _ : / -, at most 200 characters)'

describe('a target', () => {
  it.each<[target: PublishTarget, address: Address]>([
    [{}, {}],
    [{ topic: 'a.b' }, { topic: 'a.b' }],
    [{ topic: 'pru\u0308fung' }, { topic: 'prüfung' }],
    [{ resource: 'pru\u0308fung' }, { resource: 'prüfung' }],
    [{ resource: 'a' }, { resource: 'a' }],
    [{ userId: 'ada' }, { userId: 'ada' }],
    [{ tenant: 'acme' }, { tenant: 'acme' }],
    [{ sessionId: 's1' }, { sessionIds: ['s1'] }],
    [{ sessionIds: ['s1', 's2'] }, { sessionIds: ['s1', 's2'] }],
    [{ sessionIds: [] }, { sessionIds: [] }],
    [{ sessionId: 's1', sessionIds: ['s1', 's2'] }, { sessionIds: ['s1'] }],
    [{ sessionId: 's3', sessionIds: ['s1', 's2'] }, { sessionIds: [] }],
    [{ clientIds: ['c1'] }, { clientIds: ['c1'] }],
    [{ clientIds: [] }, { clientIds: [] }],
    [{ except: 'c1' }, { except: ['c1'] }],
    [{ except: ['c1', 'c2'] }, { except: ['c1', 'c2'] }],
    [{ except: [] }, { except: [] }],
    [
      { topic: 'a', userId: 'ada', tenant: 'acme', sessionId: 's', clientIds: ['c'], except: 'd' },
      { topic: 'a', userId: 'ada', tenant: 'acme', sessionIds: ['s'], clientIds: ['c'], except: ['d'] },
    ],
  ])('%j is written down as %j, which JSON keeps', (target, address) => {
    const written = checkTarget(target)
    expect(written).toStrictEqual(address)
    expect(JSON.parse(JSON.stringify(written))).toStrictEqual(address)
  })

  const wants = (name: string, what: string, got: string): string =>
    `${name} expects ${what}, got ${got}; without ${name} it is everyone`

  it.each<[target: unknown, message: string]>([
    [{ topic: 'a b' }, wants('topic', TOPIC, '"a b"')],
    [{ topic: '' }, wants('topic', TOPIC, '""')],
    [{ topic: '*' }, wants('topic', TOPIC, '"*"')],
    [{ topic: 'a.*' }, wants('topic', TOPIC, '"a.*"')],
    [{ topic: undefined }, wants('topic', TOPIC, 'undefined')],
    [{ topic: ['a'] }, wants('topic', TOPIC, 'a list of 1 string')],
    [{ topic: 'x'.repeat(201) }, wants('topic', TOPIC, JSON.stringify('x'.repeat(40)))],
    [{ resource: 'a\n' }, wants('resource', TOPIC, '"a\\n"')],
    [{ resource: null }, wants('resource', TOPIC, 'null')],
    [{ userId: undefined }, wants('userId', 'a string', 'undefined')],
    [{ userId: '' }, wants('userId', 'a string', '""')],
    [{ userId: 7 }, wants('userId', 'a string', '7')],
    [{ userId: ['ada', 'bob'] }, wants('userId', 'a string', 'a list of 2 strings')],
    [{ sessionId: undefined }, wants('sessionId', 'a string', 'undefined')],
    [{ sessionId: ['s'] }, wants('sessionId', 'a string', 'a list of 1 string')],
    [{ sessionIds: 's' }, wants('sessionIds', 'a list of strings', '"s"')],
    [{ sessionIds: 'a-token-of-somebody' }, wants('sessionIds', 'a list of strings', '"a-token-o"…')],
    [{ sessionIds: ['s', ''] }, wants('sessionIds', 'a list of strings', 'a list with "" in it')],
    [{ sessionIds: undefined }, wants('sessionIds', 'a list of strings', 'undefined')],
    [{ clientIds: [1] }, wants('clientIds', 'a list of strings', 'a list with 1 in it')],
    [{ clientIds: new Set(['c']) }, wants('clientIds', 'a list of strings', 'an object of class Set')],
    [{ clientIds: undefined }, wants('clientIds', 'a list of strings', 'undefined')],
    [{ tenant: undefined }, wants('tenant', 'a string', 'undefined')],
    [{ tenant: false }, wants('tenant', 'a string', 'false')],
    [{ except: '' }, wants('except', 'the id of a client, or a list of them', '""')],
    [{ except: [undefined] }, wants('except', 'the id of a client, or a list of them', 'a list with undefined in it')],
    [{ except: undefined }, wants('except', 'the id of a client, or a list of them', 'undefined')],
    [{ topic: 'a', resource: 'a' }, 'a target has a topic or a resource, not both'],
  ])('%j is refused: left out, it would have been for more', (target, message) => {
    expect(() => checkTarget(target as PublishTarget)).toThrow(new TypeError(message))
  })

  it.each(['user', 'UserId', 'sessionID', 'to', '', 'toString', 'constructor', 'hasOwnProperty', '__proto__'])(
    'refuses a target with the unknown field %j',
    (name) => {
      const target = JSON.parse(`{${JSON.stringify(name)}:"ada"}`)
      expect(() => checkTarget(target)).toThrow(
        new TypeError(
          `a target takes no ${name}; it takes topic, resource, userId, sessionId, sessionIds, clientIds, tenant, except`,
        ),
      )
    },
  )

  it('stays as it was written down, whatever becomes of the lists it was made of', () => {
    const [sessionIds, clientIds, except] = [['s1'], ['c1'], ['c2']]
    const address = checkTarget({ sessionIds, clientIds, except })
    for (const list of [sessionIds, clientIds, except]) list.push('more')
    expect(address).toEqual({ sessionIds: ['s1'], clientIds: ['c1'], except: ['c2'] })
  })

  it('is refused with a field that is inherited, as it would be for everyone without it', () => {
    expect(() => checkTarget(Object.create({ userId: 'ada' }))).toThrow(
      new TypeError('a target takes fields of the object itself, and userId is inherited: write { userId: … }'),
    )
  })
})

describe('an address selects', () => {
  const ada = testClient({
    id: 'c1',
    principal: { userId: 'ada', sessionId: 's1', tenant: 'acme' },
    topics: ['orders', 'jobs.*'],
  })
  const all = testClient({ id: 'c2', principal: { userId: 'bob', sessionId: 's2', tenant: 'acme' }, topics: ['*'] })
  const none = testClient({ id: 'c3' })

  it.each<[address: Address, selected: string[]]>([
    [{}, ['c1', 'c2', 'c3']],
    [{ userId: 'ada' }, ['c1']],
    [{ userId: 'zoe' }, []],
    [{ userId: 'constructor' }, []],
    [{ tenant: 'acme' }, ['c1', 'c2']],
    [{ tenant: 'undefined' }, []],
    [{ sessionIds: ['s1'] }, ['c1']],
    [{ sessionIds: ['s2', 's1'] }, ['c1', 'c2']],
    [{ sessionIds: [] }, []],
    [{ clientIds: ['c3', 'c1', 'c9'] }, ['c1', 'c3']],
    [{ clientIds: [] }, []],
    [{ except: ['c1', 'c9'] }, ['c2', 'c3']],
    [{ except: [] }, ['c1', 'c2', 'c3']],
    [{ clientIds: ['c1', 'c2'], except: ['c2'] }, ['c1']],
    [{ topic: 'orders' }, ['c1', 'c2']],
    [{ topic: 'orders.eu' }, ['c2']],
    [{ topic: 'jobs' }, ['c2']],
    [{ topic: 'jobs.print.a' }, ['c1', 'c2']],
    [{ topic: 'news' }, ['c2']],
    [{ resource: 'orders' }, ['c1', 'c2', 'c3']],
    [{ resource: 'news' }, ['c2', 'c3']],
    [{ topic: 'orders', userId: 'ada' }, ['c1']],
    [{ topic: 'news', userId: 'ada' }, []],
    [{ tenant: 'acme', userId: 'bob' }, ['c2']],
    [{ tenant: 'umbrella', userId: 'bob' }, []],
    [{ sessionIds: ['s1'], userId: 'bob' }, []],
    [{ resource: 'orders', except: ['c1'] }, ['c2', 'c3']],
  ])('by %j: %j', (address, expected) => {
    const reaches = selector(address)
    expect([ada, all, none].filter(reaches).map(({ id }) => id)).toEqual(expected)
  })

  it('nobody more with every field that is added', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const names = fc.array(name, { maxLength: 3 })
    const topic = fc.constantFrom('a', 'a.b', 'a.b.c', 'd')
    const target = fc.record(
      { topic, userId: name, tenant: name, sessionId: name, sessionIds: names, clientIds: names, except: names },
      { requiredKeys: [] },
    )
    const client = fc.record({
      id: name,
      principal: fc.record({ userId: name, tenant: name, sessionId: name }, { requiredKeys: [] }),
      topics: fc.uniqueArray(fc.constantFrom('a', '*', 'a.*', 'a.b', 'd')),
    })
    fc.assert(
      fc.property(target, client, (whole, options) => {
        const one = testClient(options)
        const reaches = (part: PublishTarget): boolean => selector(checkTarget(part))(one)
        const fields = Object.entries(whole).map(([field, value]) => ({ [field]: value }))
        expect(reaches(whole)).toBe(fields.every(reaches))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a client that the server joined to a topic', () => {
  const { given } = withGiven(testClient(), 'userId', 'jobs.*', 0)

  it.each<[topics: string[], address: Address, reached: boolean]>([
    [[], { topic: 'jobs.a' }, true],
    [[], { topic: 'jobs' }, false],
    [[], { resource: 'jobs.a' }, true],
    [[], { resource: 'news' }, true],
    [['orders'], { topic: 'jobs.a' }, true],
    [['orders'], { resource: 'news' }, false],
  ])(
    'a client that the server joined to a topic, and that asked for %j, gets events for %j: %j',
    (topics, address, reached) => {
      expect(selector(address)(testClient({ topics, given }))).toBe(reached)
    },
  )
})

describe('the name of an event', () => {
  it.each([
    'a',
    'order.created',
    'message',
    'error',
    'open',
    '__proto__',
    'Ä ö',
    'pings',
    'Connected',
    'a'.repeat(200),
  ])('may be %j', (type) => {
    expect(() => checkType(type)).not.toThrow()
  })

  it.each<[type: unknown, message: RegExp]>([
    ['', /^the name of an event must be a string that is not empty, got ""$/],
    [undefined, /got undefined$/],
    [null, /got null$/],
    [7, /got 7$/],
    [['a'], /got a list of 1 string$/],
    ['a\nb', /^event has a line end or NUL/],
    ['a\r', /^event has a line end or NUL/],
    ['\0', /^event has a line end or NUL/],
    ['a'.repeat(201), /^the name of an event may have 200 characters, and this one has 201$/],
    ...['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye'].map(
      (name) => [name, new RegExp(`^${name} is a name of the protocol's own .*: choose another$`)] as [string, RegExp],
    ),
  ])('may not be %j', (type, message) => {
    expect(() => checkType(type)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }),
    )
  })
})
