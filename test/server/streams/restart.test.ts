import { memoryLog } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { createContext } from '../../../server/streams/context.ts'
import { endIfMailed, restartStreams } from '../../../server/streams/restart.ts'
import { createStreams } from '../../../server/streams/streams.ts'
import { events, type TestClientOptions, testClient } from '../../support/hub.ts'

/** A log with one event, a mail for ada, and clients. */
async function setup(...options: TestClientOptions[]) {
  const log = memoryLog()
  const entry = await log.append({ type: 'n', json: '1', to: { userId: 'ada' }, at: 0 })
  const context = createContext({ log })
  await context.settings.mailbox.store.add('ada', { entry, epoch: log.epoch, until: null, sent: true })
  const clients = options.map((each) => testClient({ after: 1, ...each }))
  for (const client of clients) context.registry.add(client)
  return { log, context, clients, streams: createStreams(context) }
}

const ADA = { principal: { userId: 'ada' } }
const BOB = { principal: { userId: 'bob' } }

describe('a log that begins again', () => {
  it('is a gap for every client, and each of them is live behind it', async () => {
    const { log, context, streams, clients } = await setup({ topics: ['a'] }, { ...BOB, live: false })
    await log.reset()
    restartStreams(context, streams, { dropped: [], hasNewEpoch: true })
    const cursor = `${log.epoch}-0`
    const gap = (topics: string[]) => ['gap', { reason: 'epoch', requested: '', resumedFrom: cursor, topics }]
    expect(clients.map(({ sink }) => events(sink))).toEqual([[gap(['a'])], [gap(['*']), ['live', { cursor }]]])
    expect(clients).toMatchObject([
      { live: true, after: 0, sentSeq: 0 },
      { live: true, after: 0, sentSeq: 0 },
    ])
  })

  it('ends a stream that may not have been sent all mail of its user', async () => {
    const { log, context, streams, clients } = await setup({ ...ADA, live: false }, ADA, ADA, BOB)
    await log.reset()
    const dropped = [clients[1], clients[3]].flatMap((client) => client ?? [])
    restartStreams(context, streams, { dropped, hasNewEpoch: true })
    expect(clients.map(({ ended }) => ended)).toEqual(['overflow', 'overflow', undefined, undefined])
    expect(clients.map(({ sink }) => events(sink).length)).toEqual([0, 0, 1, 1])
  })
})

describe('a log that goes on behind events that no client got', () => {
  it('is a gap for every client, in the same epoch, and ends the streams that may have mail among the events', async () => {
    const { log, context, streams, clients } = await setup(ADA, BOB, { live: false })
    restartStreams(context, streams, { dropped: [], hasNewEpoch: false })
    const cursor = `${log.epoch}-1`
    const gap = ['gap', { reason: 'expired', requested: '', resumedFrom: cursor, topics: ['*'] }]
    expect(clients.map(({ sink }) => events(sink))).toEqual([[], [gap], [gap, ['live', { cursor }]]])
    expect(clients.map(({ ended }) => ended)).toEqual(['overflow', undefined, undefined])
  })
})

it('a client that misses events keeps its stream if no mail can be among them', async () => {
  const { context, streams, clients } = await setup(ADA, BOB, {})
  for (const client of clients) endIfMailed(context, streams, client)
  expect(clients.map(({ ended }) => ended)).toEqual(['overflow', undefined, undefined])
  expect(context.counters.endings.overflow).toBe(1)
})
