import { contestants } from './contestants.ts'
import { addUp, checksum, type OrderUpdate, timestamp } from './events.ts'
import { isName, type Outcome } from './names.ts'

/*
 * One measurement, as the address asks for it; then the page's life is over.
 */

const query = new URLSearchParams(location.search)
const name = `${query.get('name')}`
const events = Number(query.get('events'))
const limit = Number(query.get('limit'))

/** So that neither the page's own start nor the sum to compare with falls into the time. */
const SETTLE = 250

async function measure(): Promise<Outcome> {
  if (!isName(name)) throw Error(`no contestant ${name}`)
  const start = contestants[name]
  const expected = checksum(events)
  const last = timestamp(events)
  await new Promise((resolve) => setTimeout(resolve, SETTLE))

  let count = 0
  let sum = 0
  let stop = (): void => {}
  const ms = await new Promise<number | undefined>((resolve) => {
    const on = (data: OrderUpdate): void => {
      count++
      sum = addUp(sum, data)
      if (data.ts === last) resolve(performance.now() - began)
    }
    setTimeout(resolve, limit, undefined)
    const began = performance.now()
    stop = start(`/events?${query}`, on)
  })
  stop()
  return { ms, count, right: count === events && sum === expected }
}

measure().then((outcome) => fetch(`/outcome?${query}`, { method: 'POST', body: JSON.stringify(outcome) }))
