import type { Gap } from 'headwater'
import { type Order, parseId } from '../shared/events.ts'
import type { OrderTable } from '../shared/orders.ts'
import { count } from './format.ts'
import type { Tally } from './tally.ts'

/*
 * Pure: finds lost events in two tables and in the numbers of the events.
 */

/** Every cell that is not the same on both sides, as words. */
export function differences(mine: OrderTable, server: OrderTable): string[] {
  const found: string[] = []
  for (const id of new Set([...mine.keys(), ...server.keys()])) {
    const here = mine.get(id)
    const there = server.get(id)
    if (!here || !there) {
      found.push(`${id} is only ${here ? 'here' : 'at the server'}`)
      continue
    }
    for (const name of Object.keys(there) as (keyof Order)[])
      if (here[name] !== there[name])
        found.push(`${id}: ${name} is ${here[name]} here and ${there[name]} at the server`)
  }
  return found
}

/** The faults in the numbers of the events. '' if there is none. */
export function complaint({ missing, repeated }: Tally): string {
  const wrong = []
  if (missing) wrong.push(`${count(missing, 'event')} missing`)
  if (repeated) wrong.push(`${count(repeated, 'event')} came twice`)
  return wrong.join(', ')
}

const REASONS: Readonly<Record<string, string>> = {
  expired: 'they had left the server’s log',
  epoch: 'the server began a new log',
  'unknown-cursor': 'the server does not know the cursor',
}

/** A gap as a sentence. */
export function describeGap({ reason, certain, requested, resumedFrom }: Gap): string {
  const from = parseId(requested)
  const to = parseId(resumedFrom)
  const lost = from && to && from.epoch === to.epoch ? count(to.seq - from.seq, 'event') : 'Events'
  return `${lost} ${certain ? 'were' : 'may have been'} lost: ${REASONS[reason] ?? reason}. The table was loaded afresh.`
}
