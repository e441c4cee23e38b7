import { ATTACKS } from './attacks.ts'
import { type Measure, type Outcome, play } from './play.ts'
import type { Site } from './site.ts'

/*
 * The page that is attacked, in Chromium. `measure` is what the browser's driver puts there.
 */

declare global {
  var measure: () => Promise<number>
  var attack: (name: string, limit: number, measure: Measure) => Promise<Outcome>
}

let errors: unknown[] = []
let longest = 0

addEventListener('error', ({ error, message }) => void errors.push(error ?? message))
addEventListener('unhandledrejection', ({ reason }) => void errors.push(reason))
// What the client reports on purpose is no fault.
globalThis.reportError = console.error = console.warn = () => {}

/** Tasks of 50 ms and more (Long Tasks). */
const note = (list: readonly PerformanceEntry[]): void => {
  for (const { duration } of list) longest = Math.max(longest, duration)
}
const observer = new PerformanceObserver((list) => note(list.getEntries()))
observer.observe({ type: 'longtask' })

const createSite = (limit: number): Site => ({
  origin: location.origin,
  limit,
  measure: () => globalThis.measure(),
  errors() {
    const taken = errors
    errors = []
    return taken
  },
  breaks: () => 0,
  longest() {
    note(observer.takeRecords())
    const taken = longest
    longest = 0
    return taken
  },
})

globalThis.attack = async (name, limit, measure) => {
  const attack = ATTACKS.find((each) => each.name === name)
  if (!attack) throw Error(`no attack ${name}`)
  return play(attack, createSite(limit), measure)
}
