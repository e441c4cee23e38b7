import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNativeClient } from '../../demo/page/lanes/native.ts'

/** As much of the browser's EventSource as the client uses. A test plays the browser. */
class FakeEventSource extends EventTarget {
  static readonly OPEN = 1
  static readonly CLOSED = 2
  static readonly all: FakeEventSource[] = []
  readyState = 0
  readonly url: URL

  constructor(url: string) {
    super()
    this.url = new URL(url, 'http://localhost')
    FakeEventSource.all.push(this)
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED
  }

  become(readyState: number): void {
    this.readyState = readyState
    this.dispatchEvent(new Event(readyState === FakeEventSource.OPEN ? 'open' : 'error'))
  }
}

beforeEach(() => {
  FakeEventSource.all.length = 0
  vi.stubGlobal('EventSource', FakeEventSource)
})
afterEach(() => void vi.unstubAllGlobals())

function setup(fetchToken: () => Promise<string> = async () => 'secret') {
  const received = vi.fn()
  return { client: createNativeClient(fetchToken, received), received, sources: FakeEventSource.all }
}

describe("the browser's EventSource in the demo", () => {
  it('asks for the stream after the cursor, with its token in the address', async () => {
    const { client, sources } = setup()
    await client.open('log-7')
    expect(sources.map(({ url }) => Object.fromEntries(url.searchParams))).toEqual([
      { topics: 'orders,jobs', lastEventId: 'log-7', token: 'secret', client: 'eventsource' },
    ])
  })

  it('passes on each event with its id', async () => {
    const { client, received, sources } = setup()
    await client.open('')
    sources[0]?.dispatchEvent(
      Object.assign(new Event('job.progress'), { data: '{"jobId":"J-1"}', lastEventId: 'log-8' }),
    )
    expect(received.mock.calls).toEqual([['log-8', { jobId: 'J-1' }]])
  })

  it('has the state that the browser gives it', async () => {
    const { client, sources } = setup()
    const states: string[] = []
    client.state.subscribe(({ status }) => states.push(status))
    await client.open('')
    for (const readyState of [1, 0, 1, 2]) sources[0]?.become(readyState)
    expect(states).toEqual(['off', 'off', 'connecting', 'connecting', 'open', 'connecting', 'open', 'closed'])
  })

  it('opens nothing if it is closed while it asks for a token', async () => {
    let answer = (_: string): void => {}
    const { client, sources } = setup(
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    const opening = client.open('')
    client.close()
    answer('late')
    await opening
    expect(sources).toEqual([])
    expect(client.state.get()).toEqual({ status: 'off' })
  })

  it('closes the last one when it opens another, and hears nothing of its state any more', async () => {
    const { client, sources } = setup()
    await client.open('')
    const [first] = sources
    await client.open('')
    expect([first?.readyState, sources.length]).toEqual([2, 2])
    sources[1]?.become(1)
    first?.become(2)
    expect(client.state.get().status).toBe('open')
  })
})
