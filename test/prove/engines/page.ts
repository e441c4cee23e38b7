import { createSSE, eventSourceTransport, type SSEClient } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { requestEvents } from 'headwater/request'
import { keepCursor } from 'headwater/resume'
import { acrossTabs, type TabsLayer } from 'headwater/tabs'
import { mounts } from './views.tsx'

/*
 * The page of the checks. Its address says which client it has, and it writes down all that it hears.
 */

export interface Heard {
  readonly numbers: number[]
  /** Of the topic. */
  readonly ofTopic: number[]
  /** Each state since the first: its status, with the reasons of a pause or the code and status of an error. */
  readonly states: string[]
  /** What each opening said of `recovered`. */
  readonly openings: (boolean | 'unknown')[]
  readonly gaps: string[]
  /** The coding of the last stream; '' if it was not compressed. */
  coding: string
  readonly roles: string[]
  /** Each `pageshow`: whether the page came out of the back/forward cache. */
  readonly life: ('shown' | 'cached')[]
  /** What the page threw, and what its policy has refused. */
  readonly errors: string[]
}

const heard: Heard = {
  numbers: [],
  ofTopic: [],
  states: [],
  openings: [],
  gaps: [],
  coding: '',
  roles: [],
  life: [],
  errors: [],
}
addEventListener('pageshow', ({ persisted }) => heard.life.push(persisted ? 'cached' : 'shown'))
addEventListener('error', ({ message }) => heard.errors.push(message))
addEventListener('unhandledrejection', ({ reason }) => heard.errors.push(`${reason}`))
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  // The browser itself sometimes asks for the icon.
  const isIcon = violatedDirective === 'img-src' && blockedURI === 'data'
  if (!isIcon) heard.errors.push(violatedDirective)
})

const query = new URLSearchParams(location.search)
/** A check does not wait for half a minute when the server is away for a second. */
const retry = { initial: 100, max: 500 }

/** A client of the reference server. Nobody listens yet, so it has no connection. */
function createClient(tabs: TabsLayer | undefined) {
  let token = 'stale'
  return createHubClient<Record<string, number>>(`${query.get('other') ?? ''}/events`, {
    transport: tabs ?? (query.has('native') ? eventSourceTransport() : undefined),
    resume: query.has('keep') ? keepCursor('session') : undefined,
    retry,
    ...(query.has('pause') && { pauseWhenHidden: 0 }),
    async fetch(input, init) {
      const response = await fetch(input, init)
      heard.coding = response.headers.get('content-encoding') ?? ''
      return response
    },
    ...(query.has('token') && {
      headers: () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized: () => {
        token = 'fresh'
      },
    }),
    onState(state) {
      const { status, reasons, error } = { reasons: [], error: undefined, ...state }
      const parts = [status, ...reasons, error?.code, error?.status]
      heard.states.push(parts.filter((part) => part !== undefined).join(' '))
    },
    onOpen: ({ recovered }) => heard.openings.push(recovered),
    onGap: ({ reason }) => heard.gaps.push(reason),
  })
}

/** What was heard before the page was loaded again belongs to the same story. */
function keepStory(): void {
  heard.numbers.push(...(JSON.parse(sessionStorage.getItem('numbers') ?? '[]') as number[]))
  addEventListener('pagehide', () => sessionStorage.setItem('numbers', JSON.stringify(heard.numbers)))
}

/** How many events come between two turns of the page, at most. A turn is a message or a timer: WebKit passes messages by way of another thread. */
function watchTurns(seen: () => number): { readonly most: () => number; stop(): void } {
  let before = 0
  let most = 0
  function turn(): void {
    most = Math.max(most, seen() - before)
    before = seen()
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    turn()
    port2.postMessage(0)
  }
  port2.postMessage(0)
  const timer = setInterval(turn)
  return {
    most: () => Math.max(most, seen() - before),
    stop() {
      clearInterval(timer)
      port1.close()
    },
  }
}

const tabs = query.has('tabs') ? acrossTabs() : undefined
tabs?.role.subscribe((role) => heard.roles.push(role))
const client = createClient(tabs)

const kit = {
  heard,
  client,
  /** What the adapter shows. */
  text: () => document.querySelector('main')?.textContent ?? '',
  unmount: () => {},
  join: (topic: string) => {
    client.topic(topic).subscribe((n) => heard.ofTopic.push(Number(n)))
    return client.topic(topic).joined()
  },
  /** Posts, and reads the answer. @param count - So many events; then the loop is left. */
  async ask(body: string, count: number): Promise<unknown[]> {
    const events: unknown[] = []
    for await (const { data } of requestEvents('/answer', { method: 'POST', body }))
      if (events.push(data) === count) break
    return events
  },
  /** Has a handler of 1 ms for so many events that come at once. @returns How many came between two turns, at most. */
  async burst(count: number): Promise<{ most: number; inOrder: boolean }> {
    const numbers: number[] = []
    const { most, stop } = watchTurns(() => numbers.length)
    const sse = createSSE<{ n: number }>(`/burst?count=${count}`, { retry })
    await new Promise<void>((resolve) => {
      sse.subscribe('n', (n) => {
        for (const end = performance.now() + 1; performance.now() < end; );
        if (numbers.push(n) === count) resolve()
      })
    })
    stop()
    sse.close()
    return { most: most(), inOrder: numbers.every((n, index) => n === index + 1) }
  },
  /** Listens to a stream whose id is outside ASCII, until it has asked again. */
  async ids(lastEventIdIn: 'header' | 'query'): Promise<void> {
    const sse: SSEClient = createSSE('/ids', { lastEventIdIn, retry })
    await new Promise<void>((resolve) => {
      let events = 0
      sse.subscribe('message', () => ++events === 2 && resolve())
    })
    sse.close()
  },
}

declare global {
  interface Window {
    check: typeof kit
  }
}

window.check = kit
if (query.has('keep')) keepStory()
const ui = query.get('ui')
if (ui) kit.unmount = mounts[ui as keyof typeof mounts](client, document.querySelector('main') as HTMLElement)
else if (!query.has('idle')) client.subscribe('n', (n) => heard.numbers.push(n))
