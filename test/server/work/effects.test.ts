import { createEffects, type DeadLetter, type EffectContext, type EffectsHub, type Step } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

interface Events {
  tick: number
}
interface Add {
  readonly id: string
  readonly add: number
}
interface Note {
  kind: 'note'
  text: string
}
const note = (text: string): Note => ({ kind: 'note', text })
const tick = (data: number) => ({ kind: 'broadcast', type: 'tick', data }) as const
const no = new Error('no')

interface Setup {
  readonly effects?: (sum: number, add: Add) => Step<number, Events, Note>['effects']
  readonly handle?: (note: Note, context: EffectContext<Add>) => unknown
  readonly publish?: (data: number) => unknown
  readonly more?: object
}

/** A queue that adds numbers up. Its log has what was carried out, with the sum at that time. */
function setup({ effects = (sum, { id }) => [note(`${id} ${sum}`)], handle, publish, more }: Setup = {}) {
  const clock = createClock()
  const log: string[] = []
  const letters: DeadLetter<Add>[] = []
  const errors: [error: unknown, where: string][] = []
  const hub: EffectsHub<Events> = {
    publish: async (type, data, options) => {
      await publish?.(data)
      log.push(`${type} ${data} ${JSON.stringify(options)}`)
      return { id: '', delivered: 0 }
    },
  }
  const queue = createEffects({
    hub,
    initial: 0,
    reduce(sum: number, add: Add): Step<number, Events, Note> {
      if (add.add < 0) throw new RangeError('less than nothing')
      const next = sum + add.add
      const list = effects(next, add)
      return list ? { state: next, effects: list } : { state: next }
    },
    handlers: {
      async note(note: Note, context: EffectContext<Add>) {
        await handle?.(note, context)
        log.push(`${note.text} of ${queue.state}`)
      },
    },
    clock,
    onDeadLetter: (letter) => letters.push(letter),
    onError: (error, where) => errors.push([error, where]),
    ...more,
  })
  return { clock, queue, log, letters, errors }
}

it('carries out all effects of an event, in order, before it takes the next', async () => {
  const { queue, log } = setup({ effects: (sum, { id }) => [note(`${id} first`), tick(sum), note(`${id} last`)] })
  const pushed = [queue.push({ id: 'a', add: 1 }), queue.push({ id: 'b', add: 2 })]
  expect(await Promise.all(pushed)).toEqual([
    { status: 'done', failed: 0 },
    { status: 'done', failed: 0 },
  ])
  expect(log).toEqual(['a first of 1', 'tick 1 {}', 'a last of 1', 'b first of 3', 'tick 3 {}', 'b last of 3'])
  expect(queue.state).toBe(3)
})

it('does not reduce in the turn of push', async () => {
  const { queue } = setup()
  const pushed = queue.push({ id: 'a', add: 1 })
  expect([queue.state, queue.waiting]).toEqual([0, 1])
  await pushed
  expect([queue.state, queue.waiting]).toEqual([1, 0])
})

it('takes null and undefined as a state', async () => {
  const seen: unknown[] = []
  for (const initial of [null, undefined]) {
    const queue = createEffects({
      hub: { publish: vi.fn() } as unknown as EffectsHub<Events>,
      initial,
      reduce(state: null | undefined, _: string) {
        seen.push(state)
        return { state }
      },
    })
    await queue.push('a')
  }
  expect(seen).toEqual([null, undefined])
})

it('rejects what the rules throw at, keeps the state and takes the id again', async () => {
  const { queue } = setup()
  await expect(queue.push({ id: 'a', add: -1 })).rejects.toThrow('less than nothing')
  expect(queue.state).toBe(0)
  expect(await queue.push({ id: 'a', add: 1 })).toMatchObject({ status: 'done' })
})

it('carries out none of the effects if one of them does not exist, and keeps the state', async () => {
  const { queue, log } = setup({ effects: () => [note('first'), { kind: 'sms' } as unknown as Note] })
  await expect(queue.push({ id: 'a', add: 1 })).rejects.toThrow(
    'there is no effect of the kind "sms"; there are broadcast, toTopic, toUser, toSession, toClients, note',
  )
  expect([queue.state, log]).toEqual([0, []])
})

it('carries out a repeated event once', async () => {
  const { queue, log } = setup()
  const both = [queue.push({ id: 'a', add: 1 }), queue.push({ id: 'a', add: 1 })]
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual(['done', 'repeated'])
  expect(log).toEqual(['a 1 of 1'])
})

describe('an effect that fails', () => {
  it('is tried again in its place', async () => {
    const failures = [no, no]
    const { clock, queue, log, letters } = setup({
      effects: (_, { id }) => [note(`${id} first`), note(`${id} last`)],
      handle: ({ text }) => {
        if (text === 'a first' && failures.pop()) throw no
      },
    })
    queue.push({ id: 'a', add: 1 })
    queue.push({ id: 'b', add: 1 })
    await clock.settle()
    expect(log).toEqual([])
    await clock.advance(100 + 200)
    expect(log).toEqual(['a first of 1', 'a last of 1', 'b first of 2', 'b last of 2'])
    expect(letters).toEqual([])
  })

  it('becomes a dead letter after its last attempt, and the queue goes on', async () => {
    const attempts: number[] = []
    const { clock, queue, log, letters } = setup({
      effects: (_, { id }) => [note(`${id} first`), note(`${id} last`)],
      handle({ text }, { attempt }) {
        if (text !== 'a first') return
        attempts.push(attempt)
        throw no
      },
      more: { retry: { attempts: 2 } },
    })
    const event = { id: 'a', add: 1 }
    const pushed = queue.push(event)
    await clock.advance(300)
    expect(await pushed).toEqual({ status: 'done', failed: 1 })
    expect(attempts).toEqual([1, 2, 3])
    expect(letters).toEqual([{ effect: note('a first'), event, error: no, attempts: 3 }])
    expect(log).toEqual(['a last of 1'])
  })

  it('is not tried again if the hub refuses it', async () => {
    const refused = new TypeError('the data of tick cannot be sent as JSON')
    const { queue, letters } = setup({ effects: (sum) => [tick(sum)], publish: () => Promise.reject(refused) })
    expect(await queue.push({ id: 'a', add: 1 })).toEqual({ status: 'done', failed: 1 })
    expect(letters).toMatchObject([{ effect: tick(1), error: refused, attempts: 1 }])
  })

  it('is tried again if its handler throws a TypeError, as fetch does without a network', async () => {
    const failures = [new TypeError('fetch failed')]
    const { clock, queue, log } = setup({
      handle() {
        const failure = failures.pop()
        if (failure) throw failure
      },
    })
    queue.push({ id: 'a', add: 1 })
    await clock.advance(100)
    expect(log).toEqual(['a 1 of 1'])
  })

  it('has failed when its handler does not answer in time', async () => {
    const signals: AbortSignal[] = []
    const { clock, queue, letters } = setup({
      handle(_, { signal }) {
        signals.push(signal)
        return new Promise(() => {})
      },
      more: { timeout: 1000, retry: { attempts: 1 } },
    })
    const pushed = queue.push({ id: 'a', add: 1 })
    await clock.advance(1000 + 100 + 1000)
    expect(await pushed).toEqual({ status: 'done', failed: 1 })
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(letters).toMatchObject([{ error: new Error('there was no answer within 1000 ms'), attempts: 2 }])
    expect(clock.timers).toBe(0)
  })

  it.each<[what: string, onDeadLetter: () => unknown, error: unknown]>([
    [
      'throws',
      () => {
        throw no
      },
      no,
    ],
    ['rejects', () => Promise.reject(no), no],
    ['never answers', () => new Promise(() => {}), new Error('there was no answer within 1000 ms')],
  ])('does not stop the queue if onDeadLetter %s', async (_, onDeadLetter, error) => {
    const { clock, queue, errors } = setup({
      handle: () => Promise.reject(no),
      more: { timeout: 1000, retry: { attempts: 0 }, onDeadLetter },
    })
    const pushed = queue.push({ id: 'a', add: 1 })
    await clock.advance(1000)
    expect(await pushed).toEqual({ status: 'done', failed: 1 })
    expect(errors).toEqual([[error, 'onDeadLetter']])
  })
})

describe('a handler', () => {
  it('pushes behind what waits', async () => {
    const { queue, log } = setup({
      handle({ text }, { push }) {
        if (text === 'a 1') push({ id: 'c', add: 4 })
      },
    })
    await Promise.all([queue.push({ id: 'a', add: 1 }), queue.push({ id: 'b', add: 2 })])
    await queue.idle()
    expect(log).toEqual(['a 1 of 1', 'b 3 of 3', 'c 7 of 7'])
  })

  it('does not wait for itself when it awaits the push of the queue', async () => {
    const found: unknown[] = []
    const { queue, log } = setup({
      async handle({ text }) {
        if (text === 'a 1') found.push(await queue.push({ id: 'b', add: 2 }))
      },
    })
    await queue.push({ id: 'a', add: 1 })
    await queue.idle()
    expect(found).toEqual([{ status: 'queued', failed: 0 }])
    expect(log).toEqual(['a 1 of 1', 'b 3 of 3'])
  })

  it('hears nothing of an event that it pushed and the rules throw at: onError does', async () => {
    const { queue, errors } = setup({
      handle({ text }, { push }) {
        if (text === 'a 1') push({ id: 'b', add: -1 })
      },
    })
    await queue.push({ id: 'a', add: 1 })
    await queue.idle()
    expect(errors).toEqual([[new RangeError('less than nothing'), 'push']])
  })

  it('fails when it pushes more than may wait', async () => {
    const { queue, letters } = setup({
      handle({ text }, { push }) {
        if (text === 'a 1') for (const id of ['b', 'c']) push({ id, add: 1 })
      },
      more: { maxWaiting: 1, retry: { attempts: 0 } },
    })
    await queue.push({ id: 'a', add: 1 })
    expect(letters).toMatchObject([{ error: { code: 'full' } }])
  })
})

it('pushes what onDeadLetter asks for', async () => {
  const { queue, log } = setup({
    handle({ text }) {
      if (text === 'a 1') throw no
    },
    more: {
      retry: { attempts: 0 },
      onDeadLetter: async () => void (await queue.push({ id: 'undo', add: 10 })),
    },
  })
  await queue.push({ id: 'a', add: 1 })
  await queue.idle()
  expect(log).toEqual(['undo 11 of 11'])
})

it('rejects what would wait beyond the limit', async () => {
  const { queue } = setup({ more: { maxWaiting: 1 } })
  const first = queue.push({ id: 'a', add: 1 })
  await expect(queue.push({ id: 'b', add: 1 })).rejects.toMatchObject({ name: 'WorkError', code: 'full' })
  await first
  await queue.push({ id: 'b', add: 1 })
  expect(queue.state).toBe(2)
})

describe('closing', () => {
  it('carries out what was accepted, with what handlers push meanwhile, and accepts nothing else', async () => {
    const { queue, log } = setup({
      async handle({ text }, { push }) {
        await undefined
        if (text === 'a 1') push({ id: 'b', add: 2 })
      },
    })
    queue.push({ id: 'a', add: 1 })
    const closed = queue.close()
    await expect(queue.push({ id: 'c', add: 1 })).rejects.toMatchObject({ name: 'WorkError', code: 'closed' })
    await closed
    expect(log).toEqual(['a 1 of 1', 'b 3 of 3'])
  })

  it('gives up what is left after the time to drain, as dead letters and rejections', async () => {
    const { clock, queue, log, letters, errors } = setup({
      effects: (_, { id }) => [note(`${id} first`), note(`${id} last`)],
      handle: () => new Promise(() => {}),
    })
    const first = queue.push({ id: 'a', add: 1 })
    const second = queue.push({ id: 'b', add: 1 }).catch((error) => error)
    await clock.settle()
    const closed = queue.close({ drain: 500 })
    await clock.advance(500)
    await closed
    expect(await first).toEqual({ status: 'done', failed: 2 })
    expect(await second).toMatchObject({ name: 'WorkError', code: 'closed' })
    expect(letters.map(({ effect, attempts }) => [effect, attempts])).toEqual([
      [note('a first'), 1],
      [note('a last'), 0],
    ])
    expect([log, errors, clock.timers]).toEqual([[], [], 0])
  })

  it.each([-1, Number.NaN, '5'])('refuses %s as a time to drain', (drain) => {
    expect(() => setup().queue.close({ drain: drain as number })).toThrow('drain expects a number of milliseconds')
  })
})

it('reports to the platform what nobody else hears of', async () => {
  const told = vi.fn()
  vi.stubGlobal('reportError', told)
  onTestFinished(() => void vi.unstubAllGlobals())
  const queue = createEffects({
    hub: { publish: () => Promise.reject(no) } as EffectsHub<Events>,
    initial: 0,
    reduce: (state: number, _: string) => ({ state, effects: [tick(1)] }),
    retry: { attempts: 0 },
  })
  await queue.push('a')
  expect(told).toHaveBeenCalledExactlyOnceWith(no)
})
