import type { Worker } from '../../../bench/server/processes.ts'
import { until } from '../until.ts'
import { isWhole } from '../whole.ts'
import type { Heard, ListenOptions } from './listener.ts'
import type { RunningProxy } from './proxy.ts'
import type { UpstreamCommands } from './upstream.ts'
import type { Visit, Visitor } from './visitors.ts'

/*
 * What a check works with: a server, a proxy before it, and somebody who looks at streams through it.
 */

export interface Stage {
  readonly upstream: Worker<UpstreamCommands>
  readonly proxy: RunningProxy
  readonly visitor: Visitor
}

export async function open({ visitor, proxy }: Stage, options: ListenOptions = {}): Promise<Visit> {
  const [visit] = await visitor.open(proxy.origin, 1, options)
  if (!visit) throw Error('nothing was opened')
  return visit
}

/** Waits until a listener has got so far. */
export const heard = (visit: Visit, what: string, look: (heard: Heard) => unknown, patience?: number): Promise<Heard> =>
  until(
    what,
    async () => {
      const all = await visit.heard()
      return look(all) ? all : undefined
    },
    patience,
  ).catch(async (error) => {
    const { states, messages, gaps, numbers } = await visit.heard()
    throw Error(
      `${error.message} (${[...states.slice(-6), ...messages, ...gaps].join(', ')}; ${numbers.length} events)`,
    )
  })

export const isOpen = ({ states }: Heard): boolean => states.at(-1) === 'open'

/** Opens a stream, and waits until it is open. */
export async function opened(stage: Stage, options?: ListenOptions): Promise<Visit> {
  const visit = await open(stage, options)
  await heard(visit, 'the stream', isOpen)
  return visit
}

/**
 * Publishes events, and waits until the listener has all of them. It must have every event once and in order, from its first event
 * to the last of these.
 */
export async function expectAll(stage: Stage, visit: Visit, count = 1): Promise<Heard> {
  const last = await stage.upstream.call('publish', count)
  const all = await heard(visit, `event ${last}`, ({ numbers }) => numbers.includes(last))
  const { numbers, gaps } = all
  if (!isWhole(numbers, last - count + 1, last) || gaps.length)
    throw Error(`events are missing or double (gaps: ${gaps.join() || 'none reported'})`)
  return all
}

/** How often it was opened. */
export const openings = ({ openings }: Heard): number => openings.length

/** How connections were lost, each way once. */
export const losses = ({ states }: Heard): string =>
  [...new Set(states.filter((state) => state.startsWith('waiting')))].map((state) => state.slice(8)).join(', ')
