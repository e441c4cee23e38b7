import { describe, expect, it } from 'vitest'
import type { Client } from '../../../server/audience/client.ts'
import { createConfirmations } from '../../../server/streams/confirmations.ts'
import { type TestClientOptions, testClient } from '../../support/hub.ts'
import { parseChunks } from '../../support/wire.ts'

/** Confirmations, and what they have told, by the id of the client. */
function setup() {
  const told: [id: string, data: unknown][] = []
  const confirmations = createConfirmations({
    send(client, frame) {
      for (const report of parseChunks([frame]))
        if (report[0] === 'block') told.push([client.id, JSON.parse(`${report[2]}`)])
    },
  })
  const client = (topics: readonly string[], rest: TestClientOptions = {}): Client => testClient({ ...rest, topics })
  return { ...confirmations, told, client }
}

describe('changes of topics', () => {
  it('go into one message for each client, at the end of the turn', async () => {
    const { add, told, client } = setup()
    const [ada, bob] = [client(['a'], { id: 'ada', confirmed: 3 }), client([], { id: 'bob' })]
    add(ada, 'e-1')
    add(bob, 'e-2')
    ada.topics = ada.asked = new Set(['a', 'b'])
    add(ada, 'e-1')
    expect(told).toEqual([])
    await Promise.resolve()
    const both = [
      ['ada', { rev: 3, topics: ['a', 'b'], cursor: 'e-1' }],
      ['bob', { rev: 0, topics: [], cursor: 'e-2' }],
    ]
    expect(told).toEqual(both)
    add(ada, 'e-4')
    await Promise.resolve()
    expect(told).toEqual([...both, ['ada', { rev: 3, topics: ['a', 'b'], cursor: 'e-4' }]])
  })

  it('are told earlier when an event follows, and not again', async () => {
    const { add, flush, told, client } = setup()
    add(client(['a']), 'e-1')
    flush()
    flush()
    expect(told).toHaveLength(1)
    await Promise.resolve()
    expect(told).toHaveLength(1)
  })

  it('are in the answer to a change by the client, which comes at once', async () => {
    const { add, send, told, client } = setup()
    const ada = client(['a'], { id: 'ada', confirmed: 2 })
    add(ada, 'e-1')
    send(ada, 'e-2', { deniedMore: 7 })
    await Promise.resolve()
    expect(told).toEqual([['ada', { rev: 2, topics: ['a'], deniedMore: 7, cursor: 'e-2' }]])
  })

  it('before `connected` are told by that', async () => {
    const { add, send, told, client } = setup()
    const ada = client(['a'], { confirmed: undefined })
    add(ada, 'e-1')
    ada.confirmed = 0
    await Promise.resolve()
    ada.confirmed = undefined
    send(ada, 'e-1', {})
    expect(told).toEqual([])
  })
})
