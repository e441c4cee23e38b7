import { createSSE, type SSEClient, type SSEOptions } from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import { createClock, createMockStream, type MockStream, type TestClock } from 'headwater/testing'
import { act, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { beforeEach, expect, onTestFinished, vi } from 'vitest'

/*
 * Components in a page, beside a client joined to a mock. What uses this runs on React 19 and, as the project react-18, on
 * React 18.
 */

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** What React complained about in this test. A test that expects a complaint empties the list. */
export const complaints: unknown[][] = []

/** A complaint of React fails the test that it comes in. */
export function failOnComplaints(): void {
  beforeEach(() => {
    complaints.length = 0
    const spy = vi.spyOn(console, 'error').mockImplementation((...args) => complaints.push(args))
    return () => {
      spy.mockRestore()
      expect(complaints).toEqual([])
    }
  })
}

export interface Bench<C extends SSEClient = SSEClient> {
  readonly clock: TestClock
  readonly stream: MockStream
  /** For a client of the component's own. */
  readonly options: SSEOptions
  /** A client to share. */
  readonly sse: C
  /** Lets everything settle, React too. */
  readonly settle: () => Promise<void>
  readonly advance: (ms: number) => Promise<void>
  readonly send: (type: string, ...data: unknown[]) => Promise<void>
}

export function bench(more: SSEOptions = {}): Bench {
  return join(more, (options) => createSSE('/shared', options))
}

/** The same with a client for our own server. */
export function hubBench(more: HubClientOptions = {}): Bench<HubClient> {
  return join(more, (options) => createHubClient('/shared', options))
}

function join<C extends SSEClient>(more: SSEOptions, make: (options: SSEOptions) => C): Bench<C> {
  const clock = createClock()
  const stream = createMockStream({ clock })
  const options = { fetch: stream.fetch, clock, ...more }
  const sse = make(options)
  onTestFinished(() => sse.close())
  const settle = () => act(() => clock.settle())
  return {
    clock,
    stream,
    options,
    sse,
    settle,
    advance: (ms) => act(() => clock.advance(ms)),
    async send(type, ...data) {
      stream.raw(data.map((each) => `event: ${type}\ndata: ${JSON.stringify(each)}\n\n`).join(''))
      await settle()
    },
  }
}

/** The platform's timers, turned by hand: a component lingers on them that has no options with a clock. */
export function stagePlatformTimers(): { readonly advance: (ms: number) => Promise<void> } {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  return { advance: (ms) => act(async () => void (await vi.advanceTimersByTimeAsync(ms))) }
}

interface Mounted {
  readonly root: Root
  readonly text: () => string
  readonly render: (node: ReactNode) => Promise<void>
  readonly unmount: () => Promise<void>
}

export async function mount(node: ReactNode): Promise<Mounted> {
  const container = document.createElement('div')
  const root = createRoot(container)
  const render = (node: ReactNode) => act(async () => root.render(node))
  const unmount = () => act(async () => root.unmount())
  onTestFinished(unmount)
  await render(node)
  return { root, text: () => container.textContent ?? '', render, unmount }
}

/** A component that calls one hook, and what the hook gave at each rendering. */
export function probe<P extends object, T>(
  hook: (props: P) => T,
): { Probe: (props: P) => null; seen: T[]; last: () => T } {
  const seen: T[] = []
  return {
    seen,
    last: () => seen.at(-1) as T,
    Probe(props) {
      seen.push(hook(props))
      return null
    },
  }
}
