import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { createDenials } from '../../../server/audience/denied.ts'
import { assemble } from '../../../server/streams/assembly.ts'
import { testSink } from '../../support/hub.ts'

/** The parts of a hub, and a client that is connected. */
function setup(options: Parameters<typeof assemble>[0] = {}) {
  const clock = createClock()
  const errors: unknown[] = []
  const parts = assemble({ clock, onError: (error, where) => errors.push([where, error]), ...options })
  const sink = testSink()
  const request = { requested: '', topics: ['a'], denials: createDenials(), native: false }
  parts.openStream({ userId: 'ada' }, request, false, () => sink)
  const [client] = parts.registry.all()
  const publish = (data: unknown) => parts.intake.send(parts.intake.check('n', data, {}))
  return { ...parts, clock, errors, sink, client, publish }
}

it('an event goes from the intake through the log to the client that is connected', async () => {
  const { publish, stats, client } = setup()
  expect(await publish(1)).toMatchObject({ delivered: 1 })
  expect(stats.read()).toMatchObject({ clients: 1, published: 1, delivered: 1, log: { head: 1 } })
  expect(client).toMatchObject({ live: true, sentSeq: 1 })
})

it('a client whose sink throws ends, is counted, and is forgotten by all parts', async () => {
  const { publish, stats, sink, errors, registry } = setup()
  const broken = new Error('mine')
  sink.write = () => {
    throw broken
  }
  await publish(1)
  expect(errors).toEqual([['stream', broken]])
  expect(stats.read()).toMatchObject({ clients: 0, endings: { error: 1 }, errors: { stream: 1 } })
  expect(registry.countOfTopic('a')).toBe(0)
})

it('a listener that throws is counted, and stops nobody', async () => {
  const { publish, stats, listeners, errors } = setup()
  const mine = new Error('mine')
  listeners.on('n', () => {
    throw mine
  })
  expect(await publish(1)).toMatchObject({ delivered: 1 })
  expect([errors, stats.read().errors]).toEqual([[['on', mine]], { on: 1 }])
})

it('the events of a client that wait for the filter are dropped when it ends', async () => {
  const { publish, delivery, streams, client } = setup({ filter: () => new Promise(() => {}) })
  await publish(1)
  expect(delivery.waiting).toBe(1)
  if (client) streams.end(client, 'kicked')
  expect(delivery.waiting).toBe(0)
})

it('a hub that is over takes no event, and has no timer', async () => {
  const { publish, shutdown, clock, client } = setup()
  await shutdown.close(0)
  expect([client?.ended, clock.timers]).toEqual(['drained', 0])
  await expect(publish(1)).rejects.toThrow('the hub has been closed')
})
