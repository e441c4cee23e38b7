import type { Failure, Policy } from './policies.ts'
import { createQueue } from './queue.ts'

/*
 * Many clients lose their connection at the same moment and come back, each by the same policy. Time is a number here: nothing waits.
 */

/** The servers that the clients come back to. */
export interface Scenario {
  readonly clients: number
  /** For how long nothing answers after the break, in milliseconds. */
  readonly down: number
  /** How many connections a second are opened after that. */
  readonly perSecond: number
  /** How many requests may wait for their turn. The others are refused at once. */
  readonly queue: number
  /** The clients' view while nothing answers, and of a refusal: a proxy that stays up answers with a status. */
  readonly failure: Failure
}

export interface Outcome {
  /** Attempts in each tenth of a second. */
  readonly attempts: readonly number[]
  /** The most attempts in a tenth of a second, in a second, and in a second after the servers answer again. */
  readonly peaks: { readonly slice: number; readonly second: number; readonly later: number }
  /** All attempts. */
  readonly total: number
  /** Milliseconds until 99 % of the clients have a connection. Infinity: that never happens. */
  readonly back: number
  /** Clients that never try again. */
  readonly lost: number
}

/** From the break until the last client has noticed, and from an attempt to its refusal, at most, in milliseconds. */
const NETWORK = 50
/** The step of `attempts`, in milliseconds. */
export const SLICE = 100

/** @param random - From 0 to 1, 1 excluded. The same numbers give the same outcome. */
export function simulate(policy: Policy, scenario: Scenario, random: () => number): Outcome {
  const { clients, down, perSecond, queue, failure } = scenario
  const due = createQueue(clients)
  const failures = new Uint16Array(clients)
  const attempts: number[] = []
  const opened: number[] = []
  let lost = 0
  /** When the server has served all that wait now. */
  let free = down

  const fail = (client: number, at: number, seen: Failure): void => {
    const count = (failures[client] ?? 0) + 1
    failures[client] = count
    const wait = policy.wait(count, seen, random)
    if (wait === null) lost++
    else due.push(at + wait, client)
  }

  // The break itself is a connection that ends, whatever later refusals look like.
  for (let client = 0; client < clients; client++) fail(client, random() * NETWORK, 'network')
  for (let next = due.pop(); next; next = due.pop()) {
    const { at, client } = next
    attempts.push(at)
    const waiting = Math.max(free - at, 0) * (perSecond / 1000)
    if (at < down || waiting >= queue) {
      fail(client, at + random() * NETWORK, failure)
      continue
    }
    free = Math.max(free, at) + 1000 / perSecond
    opened.push(free)
  }
  return { ...summarize(attempts, opened, clients, down), lost }
}

/**
 * @param attempts - When each was made, in milliseconds after the break.
 * @param opened - When each connection opened, sorted.
 */
export function summarize(
  attempts: readonly number[],
  opened: readonly number[],
  clients: number,
  down: number,
): Outcome {
  const counts = countBySlice(attempts)
  return {
    attempts: counts,
    peaks: {
      slice: busiest(counts, 1),
      second: busiest(counts, SECOND),
      later: busiest(counts.slice(Math.ceil(down / SLICE)), SECOND),
    },
    total: attempts.length,
    back: opened[Math.ceil(clients * 0.99) - 1] ?? Infinity,
    lost: 0,
  }
}

/** In slices. */
const SECOND = 1000 / SLICE

/** How many of these times, in milliseconds, are in the second that has the most. */
export const busiestSecond = (times: readonly number[]): number => busiest(countBySlice(times), SECOND)

function countBySlice(times: readonly number[]): readonly number[] {
  const counts: number[] = []
  for (const at of times) {
    const slice = Math.floor(at / SLICE)
    counts[slice] = (counts[slice] ?? 0) + 1
  }
  return Array.from(counts, (count) => count ?? 0)
}

/** The largest sum of so many neighbours. */
function busiest(counts: readonly number[], width: number): number {
  let sum = 0
  let most = 0
  for (const [index, count] of counts.entries()) {
    sum += count - (counts[index - width] ?? 0)
    most = Math.max(most, sum)
  }
  return most
}
