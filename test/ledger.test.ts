import fc from 'fast-check'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createLedger } from '../src/ledger.ts'

/** All that is ready is done. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await undefined
}

/** A ledger with events whose handlers end when a test says. */
function ledgered() {
  const advanced: string[] = []
  const ledger = createLedger((id) => advanced.push(id))
  /** @returns How the handlers of that event end: all of them, or one. */
  function enter(id: string, handlers = 1) {
    const ends: { resolve(): void; reject(): void }[] = []
    const work = Array.from(
      { length: handlers },
      () =>
        new Promise<void>((resolve, reject) => {
          ends.push({ resolve, reject: () => reject(new Error(id)) })
        }),
    )
    ledger.enter(id, work)
    return {
      async done(which = ends) {
        for (const end of which) end.resolve()
        await settled()
      },
      async failed(which = ends) {
        for (const end of which) end.reject()
        await settled()
      },
      ends,
    }
  }
  return { ledger, advanced, enter }
}

describe('the ledger', () => {
  it('lets an event pass at once that nobody has work with', () => {
    const { advanced, enter } = ledgered()
    enter('1', 0)
    enter('2', 0)
    expect(advanced).toEqual(['1', '2'])
  })

  it('waits for each handler of an event', async () => {
    const { advanced, enter } = ledgered()
    const { ends, done } = enter('1', 2)
    await done(ends.slice(0, 1))
    expect(advanced).toEqual([])
    await done(ends.slice(1))
    expect(advanced).toEqual(['1'])
  })

  it('lets later events pass with the one that they waited for, in their order', async () => {
    const { advanced, enter } = ledgered()
    const first = enter('1')
    const second = enter('2')
    enter('3', 0)
    await second.done()
    expect(advanced).toEqual([])
    await first.done()
    expect(advanced).toEqual(['1', '2', '3'])
  })

  it('stops before a failure, whatever happens behind it', async () => {
    const { advanced, enter } = ledgered()
    const first = enter('1')
    const failing = enter('2')
    const third = enter('3')
    await failing.failed()
    await third.done()
    enter('4', 0)
    expect(advanced).toEqual([])
    await first.done()
    expect(advanced).toEqual(['1'])
    await enter('5').done()
    expect(advanced).toEqual(['1'])
  })

  it('stops before an event of which one handler succeeds and one fails, in either order', async () => {
    for (const [good, bad] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { advanced, enter } = ledgered()
      const { ends, done, failed } = enter('1', 2)
      await done(ends.slice(good, good + 1))
      await failed(ends.slice(bad, bad + 1))
      await enter('2').done()
      expect(advanced).toEqual([])
    }
  })

  it('stops before the first of several failures, whichever comes to light first', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { advanced, enter } = ledgered()
      const failing = [enter('1'), enter('2')]
      for (const n of order) await failing[n]?.failed()
      enter('3', 0)
      await enter('4').done()
      expect(advanced).toEqual([])
    }
  })

  it('begins anew with a connection: nothing of the last one counts any more', async () => {
    const { ledger, advanced, enter } = ledgered()
    const old = enter('1')
    const failing = enter('2')
    ledger.restart()
    const fresh = enter('1')
    enter('2', 0)
    await old.done()
    await failing.failed()
    expect(advanced).toEqual([])
    await fresh.done()
    expect(advanced).toEqual(['1', '2'])
  })

  it('leaves no rejection unhandled, behind a failure or after the connection neither', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const { ledger, enter } = ledgered()
    const failing = [enter('1'), enter('2', 2)]
    for (const each of failing) await each.failed()
    ledger.enter('3', [Promise.reject(new Error('behind'))])
    const late = enter('4')
    ledger.restart()
    await late.failed()
    // Node tells of them after a turn of its loop.
    await createClock().settle()
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('in whatever order handlers end', () => {
  /** An event comes with so many handlers; a handler at work ends; or another connection begins. */
  type Step = { readonly handlers: number } | { readonly ends: number; readonly well: boolean } | 'restart'
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ handlers: fc.nat({ max: 3 }) }) },
      { weight: 8, arbitrary: fc.record({ ends: fc.nat(), well: fc.boolean() }) },
      { weight: 8, arbitrary: fc.record({ ends: fc.nat(), well: fc.constant(true) }) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    ),
    { maxLength: 60 },
  )

  /** How far it should be: the events of this connection, up to the first of which a handler has not succeeded. */
  const prefix = (events: readonly { readonly id: string; readonly waits: number }[]): string[] => {
    const stop = events.findIndex(({ waits }) => waits > 0)
    return events.slice(0, stop < 0 ? events.length : stop).map(({ id }) => id)
  }

  it('it passes the longest run of events that all have been handled', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all: Step[]) => {
        const { ledger, advanced, enter } = ledgered()
        const working: { end(well: boolean): Promise<void>; event: { waits: number } }[] = []
        let events: { id: string; waits: number }[] = []
        let before: string[] = []
        let count = 0
        for (const step of all) {
          if (step === 'restart') {
            before = [...before, ...prefix(events)]
            events = []
            ledger.restart()
          } else if ('handlers' in step) {
            const event = { id: `${++count}`, waits: step.handlers }
            events.push(event)
            const { ends, done, failed } = enter(event.id, step.handlers)
            for (const one of ends) working.push({ event, end: (well) => (well ? done([one]) : failed([one])) })
          } else if (working.length) {
            const [{ event, end }] = working.splice(step.ends % working.length, 1) as [(typeof working)[0]]
            if (step.well) event.waits--
            await end(step.well)
          }
          expect(advanced).toEqual([...before, ...prefix(events)])
        }
      }),
      { numRuns: 500 },
    )
  })
})
