import {
  type EventLog,
  type LogEntry,
  type LogListener,
  LogUnavailableError,
  memoryLog,
  type PublishOptions,
} from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { formatId } from '../../../server/log/cursor.ts'
import { createHubObservers } from '../../../server/observe/observers.ts'
import type { Keep } from '../../../server/publish/keep.ts'
import { createPublisher } from '../../../server/publish/publish.ts'
import { logWith, record } from '../../support/event-log.ts'
import { heard, messageOf, payloads, stage } from '../../support/hub.ts'

describe('publishing', () => {
  function setup(log?: EventLog, keep: Keep = async () => {}) {
    const parts = stage(log && { log })
    const publish = createPublisher({ ...parts, keep, observers: createHubObservers(), relay: () => {} })
    return {
      ...parts,
      publish: (data: unknown, options: PublishOptions = {}) =>
        publish(messageOf('n', data, options, parts.clock.now())),
    }
  }

  it('keeps an event that is persistent, after it was written down, and no other', async () => {
    const kept: unknown[] = []
    const { publish, log } = setup(undefined, async (entry, epoch) => {
      kept.push([entry, epoch, log.head])
    })
    await publish(1)
    await publish(2, { userId: 'ada', persistent: true })
    expect(kept).toEqual([[(log.read(1, 1) as unknown[])[0], log.epoch, 2]])
  })

  it('gives an event to its own clients if the log is away and says so, and never one that may be written', async () => {
    const memory = memoryLog()
    let failure: Error = new LogUnavailableError('no Redis', false)
    const away = { ...logWith({ append: () => Promise.reject(failure) }, memory), localOnly: true }
    const { publish, join, counters } = setup(away)
    const { sink } = join()
    expect(await publish(1)).toEqual({ id: '', delivered: 1 })
    expect(counters.unlogged).toBe(1)
    await expect(publish(2, { userId: 'ada', persistent: true })).rejects.toThrow('no Redis')
    failure = new LogUnavailableError('no answer', 'unknown')
    await expect(publish(3)).rejects.toThrow('no answer')
    failure = new Error('disk full')
    await expect(publish(4)).rejects.toThrow('disk full')
    expect(payloads(sink)).toEqual([1])
    expect(counters.unlogged).toBe(1)
  })

  it('rejects if the log is away and does not say what to do', async () => {
    const { publish, join } = setup(
      logWith({ append: () => Promise.reject(new LogUnavailableError('no Redis', false)) }),
    )
    const { sink } = join()
    await expect(publish(1)).rejects.toThrow('no Redis')
    expect(payloads(sink)).toEqual([])
  })

  it('has no id for an event that the log has lost before it was handed out', async () => {
    const memory = memoryLog()
    // As a log elsewhere that is emptied while it answers: the number is soon that of another event.
    const append = async (): Promise<LogEntry> => {
      memory.reset()
      return { ...record('1'), seq: 1 }
    }
    const { publish } = setup(logWith({ append }, memory))
    expect(await publish(1)).toEqual({ id: '', delivered: 0 })
  })

  it('rejects where an event cannot be kept', async () => {
    const { publish } = setup(undefined, () => Promise.reject(new Error('disk full')))
    await expect(publish(2, { userId: 'ada', persistent: true })).rejects.toThrow('disk full')
  })

  it('writes an event down, hands it out, and says what became of it', async () => {
    const { log, counters, join, publish } = setup()
    const [ada, bob] = [join({ principal: { userId: 'ada' } }), join()]
    join({ live: false })
    expect(await publish(1, { userId: 'ada' })).toEqual({ id: formatId(log.epoch, 1), delivered: 1 })
    expect(await publish(2)).toEqual({ id: formatId(log.epoch, 2), delivered: 2 })
    expect(await publish(3, { userId: 'zoe' })).toEqual({ id: formatId(log.epoch, 3), delivered: 0 })
    expect([payloads(ada.sink), payloads(bob.sink)]).toEqual([[1, 2], [2]])
    expect(log.head).toBe(3)
    expect(counters.published).toBe(3)
  })

  it('says what became of an event that a filter publishes, though its turn is still to come', async () => {
    const nested: unknown[] = []
    const parts = stage({
      filter(_, { data }) {
        if (data === 1 && nested.length === 0) nested.push(publish(2), publish(3, { volatile: true }))
        return true
      },
    })
    const publisher = createPublisher({
      ...parts,
      keep: async () => {},
      observers: createHubObservers(),
      relay: () => {},
    })
    const publish = (data: unknown, options: PublishOptions = {}) => publisher(messageOf('n', data, options, 0))
    for (const _ of [1, 2]) parts.join()
    expect(await publish(1)).toEqual({ id: formatId(parts.log.epoch, 1), delivered: 2 })
    expect(await Promise.all(nested)).toEqual([
      { id: formatId(parts.log.epoch, 2), delivered: 2 },
      { id: '', delivered: 2 },
    ])
  })

  it('has it on its way before it returns', () => {
    const { join, publish } = setup()
    const { sink } = join()
    const done = publish(1)
    expect(payloads(sink)).toEqual([1])
    return done
  })

  it('writes nothing down of what is volatile', async () => {
    const { log, counters, join, publish } = setup()
    const { sink } = join({ topics: ['a'] })
    join()
    expect(await publish(1, { volatile: true, topic: 'a' })).toEqual({ id: '', delivered: 1 })
    expect(log.head).toBe(0)
    expect(counters.published).toBe(1)
    expect(heard(sink)).toEqual([
      ['comment', 'topic a'],
      ['block', 'n', '1', undefined],
    ])
  })

  it('gives the id that clients were given, even if the log is reset meanwhile', async () => {
    const { log, join, publish } = setup()
    const { sink } = join()
    const done = publish(1)
    log.reset()
    const { id } = await done
    expect(heard(sink)).toContainEqual(['block', 'n', '1', id])
    expect(id.startsWith(log.epoch)).toBe(false)
  })

  it('waits for a log that is slow', async () => {
    const inner = memoryLog()
    let written = (): void => {}
    const { join, publish, clock } = setup({
      ...inner,
      epoch: inner.epoch,
      get head() {
        return inner.head
      },
      append: (record) =>
        new Promise((resolve) => {
          written = () => resolve(inner.append(record))
        }),
    })
    const { sink } = join()
    const told: unknown[] = []
    publish(1).then((published) => told.push(published))
    await clock.settle()
    expect([payloads(sink), told]).toEqual([[], []])
    written()
    await clock.settle()
    expect([payloads(sink), told]).toEqual([[1], [{ id: formatId(inner.epoch, 1), delivered: 1 }]])
  })

  it.each<[what: string, append: EventLog['append']]>([
    [
      'throws',
      () => {
        throw new Error('disk')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk'))],
  ])('fails if the log %s, and reaches nobody', async (_, append) => {
    const { join, publish } = setup({ ...memoryLog(), epoch: 'abcdefgh', head: 0, append })
    const { sink } = join()
    await expect(publish(1)).rejects.toThrow('disk')
    expect(payloads(sink)).toEqual([])
  })

  it('listens to the log once, from its head, until it is stopped', async () => {
    const listeners: LogListener[] = []
    const { delivery, log } = setup({
      ...memoryLog(),
      epoch: 'abcdefgh',
      head: 7,
      subscribe(listener) {
        listeners.push(listener)
        return () => listeners.splice(0)
      },
    })
    expect([listeners.length, delivery.place]).toEqual([1, log.head])
    delivery.stop()
    expect(listeners).toEqual([])
  })
})
