import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { carryOut } from '../../../server/work/carry-out.ts'
import { type EffectHandlers, resolveEffectsOptions } from '../../../server/work/effects-options.ts'

const EVENT = { id: 7 }
const MAIL = { kind: 'mail' }

/** Carries out an effect; the time of its retries passes at once. */
function setup({ handlers = {}, refused }: { handlers?: EffectHandlers<unknown>; refused?: Error } = {}) {
  const clock = createClock()
  const published: unknown[] = []
  const letters: unknown[] = []
  const errors: unknown[] = []
  const pushed: unknown[] = []
  const calls: string[] = []
  const settings = resolveEffectsOptions({
    hub: {
      async publish(...args: unknown[]) {
        if (refused) throw refused
        published.push(args)
        return { id: '', delivered: 0 }
      },
    },
    reduce: () => ({ state: 0 }),
    handlers,
    retry: { initial: 0, attempts: 2 },
    timeout: 1000,
    onDeadLetter: (letter) => letters.push(letter),
    onError: (error, where) => errors.push([where, error]),
    clock,
  })
  const stop = new AbortController()
  const parts = {
    settings,
    stop: stop.signal,
    call(callback: () => unknown) {
      calls.push('call')
      return callback()
    },
    push: (event: unknown) => pushed.push(event),
  }
  async function run(effect: { readonly kind: string }): Promise<boolean> {
    const done = carryOut(parts, effect, EVENT)
    await clock.advance(10)
    return done
  }
  return { settings, stop, published, letters, errors, pushed, calls, run }
}

it("an effect of the hub's is published, and no function of the application is called", async () => {
  const { published, calls, run } = setup()
  expect(await run({ kind: 'toTopic', to: 'a', type: 'n', data: 1 } as { kind: string })).toBe(true)
  expect([published, calls]).toEqual([[['n', 1, { topic: 'a' }]], []])
})

it('an effect that the hub refuses is given up at once', async () => {
  const refused = new TypeError('no')
  const { letters, run } = setup({ refused })
  const effect = { kind: 'broadcast', type: 'n', data: 1 }
  expect(await run(effect)).toBe(false)
  expect(letters).toEqual([{ effect, event: EVENT, error: refused, attempts: 1 }])
})

it('a handler is given the event, the number of the attempt, and a push of its own', async () => {
  const seen: unknown[] = []
  const { pushed, calls, run } = setup({
    handlers: {
      mail(effect: unknown, { event, attempt, push }) {
        seen.push([effect, event, attempt])
        push('more')
        if (attempt === 1) throw new Error('once')
      },
    },
  })
  expect(await run(MAIL)).toBe(true)
  expect(seen).toEqual([
    [MAIL, EVENT, 1],
    [MAIL, EVENT, 2],
  ])
  expect([pushed, calls]).toEqual([
    ['more', 'more'],
    ['call', 'call'],
  ])
})

it('an effect that fails each time becomes a dead letter', async () => {
  const error = new Error('always')
  const { letters, run } = setup({ handlers: { mail: () => Promise.reject(error) } })
  expect(await run(MAIL)).toBe(false)
  expect(letters).toEqual([{ effect: MAIL, event: EVENT, error, attempts: 3 }])
})

it('an effect of a queue that has given up is a dead letter without an attempt', async () => {
  const { stop, letters, errors, run } = setup({ handlers: { mail: () => {} } })
  const reason = new Error('closed')
  stop.abort(reason)
  expect(await run(MAIL)).toBe(false)
  expect([letters, errors]).toEqual([[{ effect: MAIL, event: EVENT, error: reason, attempts: 0 }], []])
})
