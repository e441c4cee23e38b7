import { describe, expect, it } from 'vitest'
import { type ClientSelector, selectClients } from '../../../server/audience/clients.ts'
import { createRegistry } from '../../../server/audience/registry.ts'
import { testClient } from '../../support/hub.ts'

const registry = createRegistry()
const CLIENTS = [
  testClient({ id: 'a1', principal: { userId: 'ada', sessionId: 's1' } }),
  testClient({ id: 'a2', principal: { userId: 'ada', sessionId: 's2' } }),
  testClient({ id: 'b1', principal: { userId: 'bob', sessionId: 's3' } }),
  testClient({ id: 'n1', principal: {} }),
]
for (const client of CLIENTS) registry.add(client)

describe('a selector of clients', () => {
  it.each<[ClientSelector, string[]]>([
    [{ userId: 'ada' }, ['a1', 'a2']],
    [{ sessionId: 's2' }, ['a2']],
    [{ clientId: 'n1' }, ['n1']],
    [{ userId: 'zoe' }, []],
    [{ sessionId: 's4' }, []],
    [{ clientId: 'x' }, []],
  ])('%j finds %j', (which, ids) => {
    expect(selectClients(registry, which, 'kick').map(({ id }) => id)).toEqual(ids)
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['ada', '"ada"'],
    [7, '7'],
    [[], 'an empty list'],
    [{}, 'an object without fields'],
    [Object.create({ userId: 'ada' }), 'an object without fields'],
    [{ sessionId: 'a-token-of-ada', clientId: 'a1' }, '{ sessionId: "a-token-o"…, clientId: "a1" }'],
    [{ userId: undefined }, '{ userId: undefined }'],
    [{ userId: '' }, '{ userId: "" }'],
    [{ userId: 7 }, '{ userId: 7 }'],
    [{ tenant: 'acme' }, '{ tenant: "acme" }'],
    [{ userId: 'ada', clientId: 'a1' }, '{ userId: "ada", clientId: "a1" }'],
    [{ userId: 'ada', sessionId: undefined }, '{ userId: "ada", sessionId: undefined }'],
  ])('is refused if it is %j', (which, got) => {
    expect(() => selectClients(registry, which as ClientSelector, 'kick')).toThrow(
      new TypeError(`kick expects { userId }, { sessionId } or { clientId }, one of them as a string; got ${got}`),
    )
  })

  it('is a copy, which does not change when a client leaves', () => {
    const own = createRegistry()
    const clients = [1, 2].map(() => testClient({ principal: { userId: 'ada' } }))
    for (const client of clients) own.add(client)
    const found = selectClients(own, { userId: 'ada' }, 'kick')
    for (const client of found) own.remove(client)
    expect(found).toEqual(clients)
  })
})
