import { createSSE, type SSEClient, SSEError } from 'headwater'
import { createClock, createMockStream, type MockStream, type TestClock } from 'headwater/testing'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'

/*
 * What every adapter promises, whatever it stands on. A driver mounts something that uses all of it and says what is to
 * be seen; the scenarios and what is expected of them are the same for all.
 */

/** What a driver is to put on its page. */
export interface Parts {
  /** The connection: of a client, or of a client of its own for a URL. */
  readonly source: SSEClient | string
  /** For a client of its own. */
  readonly options: { readonly fetch: typeof fetch; readonly clock: TestClock }
  /** The events that everything but the last event is about. */
  readonly type: string
}

/** What is to be seen. */
export interface View {
  readonly status: string
  readonly isConnected: boolean
  readonly isConnecting: boolean
  readonly error: SSEError | null
  /** The newest payload of `type`; null before the first. */
  readonly value: unknown
  /** How many events of `type` there were. */
  readonly count: number
  /** The payload of the newest event of any type. */
  readonly lastEvent: unknown
}

/** One use of an adapter. */
interface Mounted {
  view(): View
  /** Another handler for events of `type`, without mounting anew. */
  handle(handler: (data: unknown) => void): void | Promise<void>
  connect(): void
  disconnect(): void
  unmount(): void
}

/** Mounts, and waits for what its framework does later. */
export type Driver = (parts: Parts) => Mounted | Promise<Mounted>

const NOTHING = { value: null, count: 0, lastEvent: undefined }
const CONNECTING = { status: 'connecting', isConnected: false, isConnecting: true, error: null }
const OPEN = { status: 'open', isConnected: true, isConnecting: false, error: null }

export function contract(name: string, driver: Driver): void {
  let clock: TestClock
  let stream: MockStream
  let sse: SSEClient
  /** Called only if somebody wants the event. */
  const parse = vi.fn((raw: string): unknown => JSON.parse(raw))

  beforeEach(() => {
    clock = createClock()
    stream = createMockStream({ clock })
    sse = createSSE('/events', { fetch: stream.fetch, clock, parse })
    onTestFinished(() => {
      sse.close()
      parse.mockClear()
    })
  })

  async function mount(source: SSEClient | string = sse): Promise<Mounted> {
    const mounted = await driver({ source, options: { fetch: stream.fetch, clock }, type: 'tick' })
    onTestFinished(() => mounted.unmount())
    return mounted
  }
  /** Frameworks render in promises and tasks of their own. */
  const sees = (mounted: Mounted, expected: Partial<View>) =>
    eventually(() => expect(mounted.view()).toMatchObject(expected))

  describe(`${name}:`, () => {
    it.each(['a client', 'a URL'])('the status of %s follows the connection', async (kind) => {
      stream.script({ open: { delay: 500 } })
      const mounted = await mount(kind === 'a URL' ? '/mine' : sse)
      await sees(mounted, { ...CONNECTING, ...NOTHING })
      await clock.advance(500)
      await sees(mounted, { ...OPEN, ...NOTHING })
      expect(stream.requests).toHaveLength(1)
      stream.script({ open: { delay: 500 } })
      stream.drop()
      await clock.settle()
      const error = expect.objectContaining({ code: 'network' })
      await sees(mounted, { status: 'waiting', isConnected: false, isConnecting: true, error })
      // The error stays until it is mended.
      await clock.advance(600)
      await sees(mounted, { ...CONNECTING, error })
      await clock.advance(500)
      await sees(mounted, OPEN)
      stream.script({ refuse: { status: 403 } })
      stream.drop()
      await clock.advance(5000)
      await sees(mounted, { status: 'closed', isConnected: false, isConnecting: false, error: expect.any(SSEError) })
    })

    it('value, reduced value and last event follow the events', async () => {
      const mounted = await mount()
      await sees(mounted, OPEN)
      stream.send('tick', 5)
      stream.send('tick', 7)
      await sees(mounted, { value: 7, count: 2, lastEvent: 7 })
      stream.send('tick', 7)
      await sees(mounted, { value: 7, count: 3 })
      stream.send('other', { id: 1 })
      await sees(mounted, { value: 7, count: 3, lastEvent: { id: 1 } })
    })

    it('the newest handler is heard, over the same connection', async () => {
      const mounted = await mount()
      await sees(mounted, OPEN)
      const heard: unknown[] = []
      await mounted.handle((data) => heard.push(['old', data]))
      stream.send('tick', 1)
      await clock.settle()
      await mounted.handle((data) => heard.push(['new', data]))
      stream.send('tick', 2)
      await clock.settle()
      expect(heard).toEqual([
        ['old', 1],
        ['new', 2],
      ])
      expect(stream.requests).toHaveLength(1)
    })

    it('disconnects and connects', async () => {
      const mounted = await mount()
      await sees(mounted, OPEN)
      mounted.disconnect()
      await sees(mounted, { status: 'paused', isConnected: false, isConnecting: false, error: null })
      expect(stream.connections).toHaveLength(0)
      mounted.connect()
      await sees(mounted, OPEN)
      expect(stream.connections).toHaveLength(1)
    })

    it('two of them share the connection of a client, and the one stays when the other goes', async () => {
      const [one, two] = [await mount(), await mount()]
      await sees(one, OPEN)
      await sees(two, OPEN)
      one.unmount()
      await clock.advance(5000)
      stream.send('tick', 5)
      await sees(two, { ...OPEN, value: 5, count: 1 })
      expect(stream.requests).toHaveLength(1)
    })

    it('nothing is left when it goes', async () => {
      const mounted = await mount()
      await sees(mounted, OPEN)
      const heard: unknown[] = []
      await mounted.handle((data) => heard.push(data))
      mounted.unmount()
      stream.send('tick', 5)
      await clock.settle()
      expect(heard).toEqual([])
      // The connection lingers, in case the page only changes; nobody has had the event decoded.
      expect(stream.connections).toHaveLength(1)
      expect(parse).not.toHaveBeenCalled()
      await clock.advance(1000)
      expect([stream.connections.length, clock.timers, sse.state.get().status]).toEqual([0, 0, 'idle'])
    })

    it('nothing is left of a client of its own', async () => {
      const mounted = await mount('/mine')
      await sees(mounted, OPEN)
      mounted.disconnect()
      await sees(mounted, { status: 'paused' })
      mounted.connect()
      await sees(mounted, OPEN)
      stream.send('tick', 5)
      await sees(mounted, { value: 5 })
      mounted.unmount()
      await clock.settle()
      await clock.advance(1000)
      expect([stream.connections.length, clock.timers]).toEqual([0, 0])
    })
  })
}
