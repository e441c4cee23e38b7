import { launch } from './browser.ts'
import { startServer } from './server.ts'
import { table } from './table.ts'

/*
 * npm run bench:renders: how often components render while 10,000 events come in, and what an event costs where many
 * components listen. In Chromium, React and Vue in production mode.
 */

/** The results of a page. For components that only listen, `renders` counts the calls of their handlers. */
export interface Rendered {
  readonly ms: number
  readonly renders: number
  readonly frames: number
}

const EVENTS = 10_000
const LIMIT = 120_000
const SCENES: Readonly<Record<string, string>> = {
  frame: "useSSEValue, batch: 'frame'",
  chunk: 'useSSEValue',
  lastEvent: 'useSSE, reads lastEvent',
  status: 'useSSE, reads isConnected alone',
  'react-hooks-sse': 'react-hooks-sse: useSSE',
  '@vueuse/core': '@vueuse/core: useEventSource',
}
/** Mounted hooks, and on how many events: together not more than some ten million calls. */
const HOOKS: readonly (readonly [hooks: number, events: number])[] = [
  [1, EVENTS],
  [100, EVENTS],
  [10_000, 1000],
]

async function measure(name: string, events: number): Promise<Rendered | undefined> {
  const server = await startServer<Rendered>(events, 'renders-page.ts')
  const query = new URLSearchParams({ name, events: `${events}`, ids: 'true' })
  const found = server.outcome(LIMIT)
  const close = await browser.open(`${server.origin}/?${query}`)
  const outcome = await found
  await close()
  server.close()
  return outcome
}

const browser = await launch(false)
const rows: string[][] = []
for (const [name, what] of Object.entries(SCENES)) {
  const { ms = 0, renders, frames } = (await measure(name, EVENTS)) ?? {}
  rows.push([what, `${renders}`, `${frames}`, ms.toFixed(0)])
}
console.log(`${EVENTS} events, Chromium ${browser.version}\n`)
console.log(table(['', 'renders', 'frames', 'ms'], rows))

const costs: string[][] = []
for (const [hooks, events] of HOOKS) {
  const { ms = 0, renders = 0 } = (await measure(`${hooks}`, events)) ?? {}
  const whole = renders === hooks * events
  costs.push([`${hooks}`, `${events}`, whole ? ((ms * 1000) / events).toFixed(1) : `${renders} calls only`])
}
console.log(`\n${table(['mounted useSSEEvent', 'events', 'µs an event, mounting included'], costs)}`)
await browser.close()
