import { describe, expect, it } from 'vitest'
import type { Address } from '../../../server/audience/target.ts'
import type { Later } from '../../../server/publish/filter.ts'
import { createFilterLines } from '../../../server/publish/filter-lines.ts'
import type { Parcel } from '../../../server/publish/parcel.ts'
import { createParcels } from '../../../server/publish/parcels.ts'
import { testClient } from '../../support/hub.ts'

const parcels = createParcels(undefined, () => {})
const event = (to: Address = {}): Parcel => parcels.ofRecord({ type: 'n', json: '1', to, at: 0 }, 'x-1')

function setup(limit = 3) {
  const did: unknown[] = []
  let takes = true
  const lines = createFilterLines(limit, {
    hand(client, _, seq) {
      did.push(['hand', client.id, seq])
      return takes
    },
    overflowed: (client) => did.push(['overflow', client.id]),
    dropped: () => did.push(['dropped']),
  })
  const settles: ((allowed: boolean) => void)[] = []
  const asked: Later = (settled) => {
    settles.push(settled)
    return () => did.push(['stop'])
  }
  return {
    ...lines,
    waiting: () => lines.waiting,
    did,
    asked,
    settle: (n: number, allowed: boolean) => settles[n]?.(allowed),
    breakOff() {
      takes = false
    },
  }
}

describe('the events of a client that wait for the filter', () => {
  it('hold its place back until they are decided, and are handed over in order', () => {
    const { wait, has, asked, settle, did, waiting } = setup()
    const client = testClient({ id: 'c', after: 2 })
    expect(has(client)).toBe(false)
    wait(client, { parcel: event(), seq: 5, answer: asked }, 4)
    wait(client, { parcel: event(), seq: 6, answer: true }, 5)
    wait(client, { parcel: event(), seq: 7, answer: asked }, 6)
    expect([client.after, has(client), waiting()]).toEqual([4, true, 3])
    settle(0, true)
    expect([client.after, waiting(), did]).toEqual([
      6,
      1,
      [
        ['hand', 'c', 5],
        ['hand', 'c', 6],
      ],
    ])
    settle(1, false)
    expect([client.after, waiting(), has(client)]).toEqual([7, 0, false])
    expect(did).toHaveLength(2)
  })

  it('never move its place back: a replay may have read on', () => {
    const { wait, asked } = setup()
    const client = testClient({ after: 9 })
    wait(client, { parcel: event(), seq: 0, answer: asked }, 4)
    expect(client.after).toBe(9)
  })

  it('are held for each client alone', () => {
    const { wait, asked, settle, did } = setup()
    const [ada, bob] = [testClient({ id: 'ada' }), testClient({ id: 'bob' })]
    wait(ada, { parcel: event(), seq: 1, answer: asked }, 0)
    wait(bob, { parcel: event(), seq: 1, answer: asked }, 0)
    settle(1, true)
    expect(did).toEqual([['hand', 'bob', 1]])
  })

  it('are not handed over for a topic that it has left meanwhile', () => {
    const { wait, asked, settle, did } = setup()
    const client = testClient({ topics: ['a'] })
    wait(client, { parcel: event({ topic: 'a' }), seq: 1, answer: asked }, 0)
    client.topics = new Set(['b'])
    settle(0, true)
    expect([did, client.after]).toEqual([[], 1])
  })

  it('are not handed over after one that could not be', () => {
    const { wait, asked, settle, did, breakOff } = setup()
    const client = testClient({ id: 'c' })
    wait(client, { parcel: event(), seq: 1, answer: asked }, 0)
    wait(client, { parcel: event(), seq: 2, answer: true }, 1)
    breakOff()
    settle(0, true)
    expect([did, client.after]).toEqual([[['hand', 'c', 1]], 0])
  })

  it('are as many as the limit: the next one ends it, or is dropped if it is volatile', () => {
    const { wait, asked, did } = setup(2)
    const client = testClient({ id: 'c' })
    for (const seq of [1, 2]) wait(client, { parcel: event(), seq, answer: asked }, 0)
    expect(did).toEqual([])
    wait(client, { parcel: event(), seq: 0, answer: asked }, 0)
    wait(client, { parcel: event(), seq: 3, answer: true }, 0)
    expect(did).toEqual([['dropped'], ['overflow', 'c']])
  })

  it('are dropped when it has gone', () => {
    const { wait, close, asked, settle, did, waiting, has } = setup()
    const client = testClient()
    wait(client, { parcel: event(), seq: 1, answer: asked }, 0)
    wait(client, { parcel: event(), seq: 2, answer: true }, 1)
    close(client)
    close(client)
    settle(0, true)
    expect([did, waiting(), has(client)]).toEqual([[['stop']], 0, false])
  })

  it('are dropped for all when the log begins again', () => {
    const { wait, closeAll, asked, did, waiting } = setup()
    const clients = [testClient(), testClient()]
    for (const client of clients) wait(client, { parcel: event(), seq: 1, answer: asked }, 0)
    expect(closeAll()).toEqual(clients)
    expect([did, waiting()]).toEqual([[['stop'], ['stop']], 0])
    expect(closeAll()).toEqual([])
  })
})

it('a line for a replay is taken from by the replay', () => {
  const { open, close, has, did, asked, settle } = setup()
  const client = testClient({ live: false })
  let calls = 0
  const line = open(client, () => calls++)
  line.push(event(), 1, asked)
  settle(0, true)
  expect([calls, did, line.take()?.seq, has(client)]).toEqual([1, [], 1, true])
  close(client)
  expect([calls, has(client)]).toEqual([2, false])
})
