import type { Layer } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { acrossTabs } from 'headwater/tabs'
import { type OrderUpdate, TYPE } from './events.ts'

/*
 * One tab, with the stream that its address asks for. It writes down when it received each event, for the benchmark to read.
 */

/** The payload of an event. */
export interface Numbered extends OrderUpdate {
  readonly n: number
}

/** A message of the SharedWorker to a tab. */
export interface Posted {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

/** The state of a tab. */
export interface Look {
  readonly isOpen: boolean
  readonly isVisible: boolean
  readonly role: string
  /** When it began to lead, and the last event until then. */
  readonly led: { readonly at: number; readonly last: number } | undefined
  /** The last event. */
  readonly last: number
  /** Events that did not follow the one before, and gaps. */
  readonly wrong: number
}

export interface Bench {
  look(): Look
  /** When it received each of these events; 0: not at all. */
  heard(from: number, to: number): number[]
  /** The messages that it posted to other tabs, or received from the worker, as JSON. */
  readonly posted: readonly string[]
  /** Blocks until the server goes away, without using the processor. */
  hang(): void
}

declare global {
  interface Window {
    bench: Bench
  }
}

const query = new URLSearchParams(location.search)
const mode = query.get('mode')

/** Not on the heap: that is measured. */
const times = new Float64Array(1 << 18)
const posted: string[] = []
let isOpen = false
let role = ''
let led: Look['led']
let last = -1
let wrong = 0

function on({ n }: Numbered): void {
  if (last >= 0 && n !== last + 1) wrong++
  last = n
  times[n] = Date.now()
}

/** The last moment of this tab, by its own clock. */
const die = (): unknown => navigator.sendBeacon(`/died?at=${Date.now()}`)

// Before the client's own listeners.
for (const type of ['pagehide', 'freeze']) addEventListener(type, die, true)

window.bench = {
  look: () => ({ isOpen, isVisible: !document.hidden, role, led, last, wrong }),
  heard: (from, to) => [...times.subarray(from, to)],
  posted,
  hang() {
    die()
    const request = new XMLHttpRequest()
    request.open('GET', '/hang', false)
    request.send()
  },
}

function listen(transport?: Layer): void {
  const client = createHubClient<{ [TYPE]: Numbered }>('/events', {
    ...(transport && { transport }),
    onState: ({ status }) => {
      isOpen = status === 'open'
    },
    onGap: () => wrong++,
  })
  client.subscribe(TYPE, on)
}

if (query.has('spy')) {
  const { postMessage } = BroadcastChannel.prototype
  BroadcastChannel.prototype.postMessage = function (message) {
    posted.push(JSON.stringify(message))
    postMessage.call(this, message)
  }
}

if (mode === 'own') listen()
if (mode === 'tabs') {
  const transport = acrossTabs()
  transport.role.subscribe((next) => {
    role = next
    if (role === 'leader') led = { at: Date.now(), last }
  })
  listen(transport)
}
if (mode === 'worker') {
  const { port } = new SharedWorker('/worker.js')
  port.onmessage = ({ data }: MessageEvent<Posted>) => {
    if (query.has('spy')) posted.push(JSON.stringify(data))
    if (data.type === TYPE) on(JSON.parse(data.data))
    else isOpen = true
  }
}
