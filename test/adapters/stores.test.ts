// @vitest-environment page
import { SSEError } from 'headwater'
import { createStatusStore, createValueStore, type Status } from 'headwater/store'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { IDLE_STATUS } from '../../adapters/stores.ts'
import { type Bench, bench } from '../support/client.ts'
import { handTime } from '../support/turns.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Sends events in one chunk. */
async function send({ stream, clock }: Bench, ...values: readonly unknown[]): Promise<void> {
  stream.raw(values.map((value) => `event: n\ndata: ${JSON.stringify(value)}\n\n`).join(''))
  await clock.settle()
}

describe('a value store', () => {
  it('has the first value before the first event, and asks for no connection until somebody subscribes', async () => {
    const { sse, stream, clock } = bench()
    const store = createValueStore(sse, 'n', { initial: 0 })
    expect(store.get()).toBe(0)
    await clock.settle()
    expect(stream.requests).toHaveLength(0)
    store.subscribe(() => {})
    await clock.settle()
    expect(stream.connections).toHaveLength(1)
  })

  it('calls a listener at once, and with each payload', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    store.subscribe((value) => made.log.push(value))
    expect(made.log).toEqual([0])
    await made.stream.connected()
    await send(made, 1)
    await send(made, 2)
    expect(made.log).toEqual([0, 1, 2])
    expect(store.get()).toBe(2)
  })

  it('gives one notice for all events of a chunk', async () => {
    await handTime()
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0, reduce: (sum, n) => sum + (n as number) })
    store.subscribe((value) => made.log.push(value))
    await made.stream.connected()
    await send(made, 1, 2, 3)
    expect(made.log).toEqual([0, 6])
  })

  it('has the newest value as soon as the handlers of an event are called', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    store.subscribe(() => {})
    made.sse.subscribe('n', (n) => made.log.push([n, store.get()]))
    await made.stream.connected()
    await send(made, 1, 2)
    expect(made.log).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  it('notifies of the same payload twice', async () => {
    const made = bench()
    createValueStore(made.sse, 'n', { initial: 0 }).subscribe((value) => made.log.push(value))
    await made.stream.connected()
    await send(made, 1)
    await send(made, 1)
    expect(made.log).toEqual([0, 1, 1])
  })

  it('gives the same reference while nothing comes', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: [] as unknown })
    expect(store.get()).toBe(store.get())
    store.subscribe(() => {})
    await made.stream.connected()
    await send(made, { a: 1 })
    expect(store.get()).toEqual({ a: 1 })
    expect(store.get()).toBe(store.get())
  })

  it('reduces with value, payload and event; of several patterns, too', async () => {
    const made = bench()
    const reduce = vi.fn((seen: readonly string[], _: unknown, { type }: { type: string }) => [...seen, type])
    const store = createValueStore(made.sse, 'order.*', { initial: [] as readonly string[], reduce })
    store.subscribe(() => {})
    const connection = await made.stream.connected()
    connection.send('order.created', 1)
    connection.send('order.paid', 2)
    connection.send('other', 3)
    await made.clock.settle()
    expect(store.get()).toEqual(['order.created', 'order.paid'])
    expect(reduce).toHaveBeenLastCalledWith(
      ['order.created'],
      2,
      expect.objectContaining({ type: 'order.paid', data: 2 }),
    )
  })

  it('keeps its value when a reduction throws, which goes to onHandlerError', async () => {
    const onHandlerError = vi.fn()
    const made = bench({ onHandlerError })
    const store = createValueStore(made.sse, 'n', {
      initial: 0,
      reduce(sum, n) {
        if (n === 0) throw new Error('oops')
        return sum + (n as number)
      },
    })
    store.subscribe((value) => made.log.push(value))
    await made.stream.connected()
    await send(made, 1, 0, 2)
    expect(made.log).toEqual([0, 3])
    expect(onHandlerError).toHaveBeenCalledTimes(1)
  })

  it('tells whoever comes late how it stands, and not what was', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    store.subscribe(() => {})
    await made.stream.connected()
    await send(made, 1, 2)
    store.subscribe((value) => made.log.push(value))
    expect(made.log).toEqual([2])
    await made.clock.settle()
    expect(made.log).toEqual([2])
  })

  it('tells whoever comes between an event and its notice only once', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    store.subscribe(() => {})
    made.sse.subscribe('n', () => store.subscribe((value) => made.log.push(value)), { once: true })
    await made.stream.connected()
    await send(made, 1)
    expect(made.log).toEqual([1])
    await send(made, 1)
    expect(made.log).toEqual([1, 1])
  })

  it('takes subscribers while it notifies: they are told at once, and with the next event', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    store.subscribe((value) => {
      if (value === 1) store.subscribe((value) => made.log.push(value))
    })
    await made.stream.connected()
    await send(made, 1)
    expect(made.log).toEqual([1])
    await send(made, 2)
    expect(made.log).toEqual([1, 2])
  })

  it('does not call a listener that another one has taken away meanwhile', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    let off = (): void => {}
    store.subscribe((value) => value && off())
    off = store.subscribe((value) => made.log.push(value))
    await made.stream.connected()
    await send(made, 1)
    expect(made.log).toEqual([0])
  })

  it('keeps two subscriptions of one function apart', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    const listener = vi.fn()
    const off = store.subscribe(listener)
    store.subscribe(listener)
    off()
    off()
    await made.stream.connected()
    await send(made, 1)
    expect(listener.mock.calls).toEqual([[0], [0], [1]])
  })

  it('reports what a listener throws, and tells the others', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    const oops = new Error('oops')
    const off = store.subscribe(() => {
      throw oops
    })
    store.subscribe((value) => made.log.push(value))
    await made.stream.connected()
    await send(made, 1)
    expect(made.log).toEqual([0, 1])
    expect(reported.mock.calls).toEqual([[oops], [oops]])
    off()
    await send(made, 2)
    expect(reported).toHaveBeenCalledTimes(2)
  })

  it('lets go of the connection with its last subscriber, drops the notice that is due, and keeps its value', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    const off = store.subscribe((value) => made.log.push(value))
    const offToo = store.subscribe(() => {})
    const connection = await made.stream.connected()
    made.sse.subscribe(
      'n',
      () => {
        off()
        offToo()
      },
      { once: true },
    )
    await send(made, 1)
    expect(made.log).toEqual([0])
    expect(store.get()).toBe(1)
    await made.clock.advance(1000)
    await connection.closed
    expect(made.sse.state.get().status).toBe('idle')
    expect(made.clock.timers).toBe(0)
  })

  it('listens again for the next subscriber, over the same connection', async () => {
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0 })
    const off = store.subscribe(() => {})
    await made.stream.connected()
    await send(made, 1)
    off()
    store.subscribe((value) => made.log.push(value))
    await send(made, 2)
    expect(made.log).toEqual([1, 2])
    await made.clock.advance(2000)
    expect(made.stream.requests).toHaveLength(1)
  })

  it('leaves nothing behind after a subscription that could not be made', async () => {
    const made = bench()
    // A caller without types: the client refuses it.
    const store = createValueStore(made.sse, undefined as unknown as 'n', { initial: 0 })
    expect(() => store.subscribe((value) => made.log.push(value))).toThrow(SSEError)
    expect(made.log).toEqual([])
    await made.clock.settle()
    expect(made.stream.requests).toHaveLength(0)
  })

  it('may wait for a frame', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame'] })
    const made = bench()
    const store = createValueStore(made.sse, 'n', { initial: 0, batch: 'frame' })
    const off = store.subscribe((value) => made.log.push(value))
    await made.stream.connected()
    await send(made, 1)
    await send(made, 2)
    expect(made.log).toEqual([0])
    expect(store.get()).toBe(2)
    vi.advanceTimersToNextFrame()
    expect(made.log).toEqual([0, 2])
    await send(made, 3)
    off()
    expect(vi.getTimerCount()).toBe(0)
    expect(made.log).toEqual([0, 2])
  })
})

describe('a status store', () => {
  it('says idle, which is also what a server renders, and opens nothing', async () => {
    const { sse, stream, clock, log } = bench()
    const store = createStatusStore(sse)
    expect(store.get()).toBe(IDLE_STATUS)
    store.subscribe((status) => log.push(status))
    await clock.settle()
    expect(log).toEqual([{ status: 'idle', isConnected: false, isConnecting: false, error: null }])
    expect(stream.requests).toHaveLength(0)
  })

  it('follows the connection', async () => {
    const { sse, stream, clock, log } = bench()
    const store = createStatusStore(sse)
    store.subscribe(({ status, isConnected, isConnecting, error }) => {
      log.push([status, isConnected, isConnecting, error?.code ?? null])
    })
    sse.connect()
    await stream.connected()
    await clock.settle()
    stream.drop()
    await clock.settle()
    await clock.advance(600)
    sse.disconnect()
    stream.refuse(403)
    sse.connect()
    await clock.settle()
    sse.close()
    expect(log).toEqual([
      ['idle', false, false, null],
      ['connecting', false, true, null],
      ['open', true, false, null],
      ['waiting', false, true, 'network'],
      // A try is no success: the error stays until there is one.
      ['connecting', false, true, 'network'],
      ['open', true, false, null],
      ['paused', false, false, null],
      ['connecting', false, true, null],
      ['closed', false, false, 'http'],
      ['closed', false, false, null],
    ])
  })

  it('is the same object while nothing changes, also where a wait is cut short', async () => {
    const { sse, stream, clock, states } = bench()
    const store = createStatusStore(sse)
    const heard: Status[] = []
    store.subscribe((status) => heard.push(status))
    sse.connect()
    await stream.connected()
    await clock.settle()
    stream.refuse(503)
    stream.drop()
    await clock.settle()
    await clock.advance(600)
    const before = states.length
    const waiting = store.get()
    expect(waiting.status).toBe('waiting')
    // The next try comes sooner.
    window.dispatchEvent(new Event('online'))
    expect(states.slice(before)).toMatchObject([{ status: 'waiting' }])
    expect(store.get()).toBe(waiting)
    expect(heard.filter((status) => status === waiting)).toHaveLength(1)
  })

  it('tells a listener that changes the state of the newer one, once', async () => {
    const { sse, stream, clock } = bench()
    const heard: string[] = []
    createStatusStore(sse).subscribe(({ status }) => {
      heard.push(status)
      if (status === 'open') sse.disconnect()
    })
    sse.connect()
    await stream.connected()
    await clock.settle()
    expect(heard).toEqual(['idle', 'connecting', 'open', 'paused'])
  })
})

/** What Svelte asks of a store, as its own `subscribe_to_store` does. */
describe('the contract of Svelte stores', () => {
  it.each([
    ['a value store', (made: Bench) => createValueStore(made.sse, 'n', { initial: 0 })],
    ['a status store', (made: Bench) => createStatusStore(made.sse)],
  ] as const)('%s calls back before subscribe returns, and returns a function', (_, create) => {
    const made = bench()
    const store = create(made)
    const listener = vi.fn()
    const off = store.subscribe(listener)
    expect(listener).toHaveBeenCalledExactlyOnceWith(store.get())
    expect(off).toBeTypeOf('function')
    off()
    off()
  })
})
