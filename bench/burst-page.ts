import type { Burst } from './burst.ts'
import { contestants } from './contestants.ts'
import { type OrderUpdate, timestamp } from './events.ts'
import { isName } from './names.ts'

/*
 * One burst: the page keeps asking for a turn while the events come in.
 */

const query = new URLSearchParams(location.search)
const name = `${query.get('name')}`
const events = Number(query.get('events'))
/** The time that each event costs its handler, in microseconds. */
const cost = Number(query.get('cost'))

/** So many rounds of work take a microsecond. By counting: the clock of a page is too coarse for microseconds. */
function calibrate(): number {
  const rounds = 20_000_000
  work(rounds)
  const began = performance.now()
  work(rounds)
  return rounds / (performance.now() - began) / 1000
}

let spun = 0
function work(rounds: number): void {
  for (let n = 0; n < rounds; n++) spun = (Math.imul(spun, 31) + n) | 0
}

/** The same client without pauses: what it waits for is there at once. */
class AtOnce {
  readonly port1 = { onmessage() {}, close() {} }
  readonly port2 = { postMessage: () => queueMicrotask(() => this.port1.onmessage()) }
}

/** Asks for a turn, again and again. @returns The longest wait, in milliseconds. */
function watchTurns(ask: (turn: () => void) => void): () => number {
  let isOver = false
  let longest = 0
  let asked = performance.now()
  const look = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - asked)
    asked = now
  }
  const turn = (): void => {
    look()
    if (!isOver) ask(turn)
  }
  ask(turn)
  return () => {
    look()
    isOver = true
    return longest
  }
}

async function measure(): Promise<Burst> {
  let longestTask = 0
  let began = Infinity
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      if (startTime + duration > began) longestTask = Math.max(longestTask, duration)
  }).observe({ type: 'longtask' })
  const { port1, port2 } = new MessageChannel()
  if (query.has('at-once')) Object.assign(globalThis, { MessageChannel: AtOnce })
  if (!isName(name)) throw Error(`no contestant ${name}`)
  const last = timestamp(events)
  const rounds = calibrate() * cost
  await new Promise((resolve) => setTimeout(resolve, 250))

  const message = watchTurns((turn) => {
    port1.onmessage = turn
    port2.postMessage(0)
  })
  const timer = watchTurns((turn) => setTimeout(turn))
  let count = 0
  let stop = (): void => {}
  const ms = await new Promise<number>((resolve) => {
    const on = ({ ts }: OrderUpdate): void => {
      count++
      work(rounds)
      if (ts === last) resolve(performance.now() - began)
    }
    began = performance.now()
    stop = contestants[name](`/events?${query}`, on)
  })
  const waits = { message: message(), timer: timer() }
  stop()
  // The observer reports a task after its end.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return { ms, count, longestTask, ...waits }
}

measure().then((outcome) => fetch(`/outcome?${query}`, { method: 'POST', body: JSON.stringify(outcome) }))
