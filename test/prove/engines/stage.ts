import type { HubOptions } from 'headwater/server'
import type { Engine, Tab } from '../../engines/engine.ts'
import { until } from '../until.ts'
import { isWhole } from '../whole.ts'
import type { Heard } from './page.ts'
import { openServer, type Server } from './server.ts'

/*
 * What a check works with: an engine, and a server of its own.
 */

/** What a page does. */
type Query = Readonly<Record<string, string>>

export interface Stage {
  readonly engine: Engine
  readonly server: Server
  /** Opens a page, and waits until its script has run. */
  open(query?: Query, openTab?: (url: string) => Promise<Tab>): Promise<Tab>
  close(): Promise<void>
}

export async function openStage(engine: Engine, options?: HubOptions): Promise<Stage> {
  const server = await openServer(options)
  const tabs: Tab[] = []
  return {
    engine,
    server,
    async open(query, openTab = engine.open) {
      const tab = await openTab(server.page(query))
      tabs.push(tab)
      await loaded(tab)
      return tab
    },
    async close() {
      // Some were closed by their check.
      for (const tab of tabs) await tab.close().catch(() => {})
      await server.close()
    },
  }
}

/** Waits until the page's script has run. While a page is left, it may not answer. */
export const loaded = (tab: Tab): Promise<unknown> =>
  until('the page', () => tab.evaluate(() => typeof window.check === 'object').catch(() => false))

export const heardBy = (tab: Tab): Promise<Heard> => tab.evaluate(() => window.check.heard)

/** Waits until a page has got so far. */
export async function heard(tab: Tab, what: string, look: (heard: Heard) => unknown): Promise<Heard> {
  let all: Heard | undefined
  try {
    return await until(what, async () => {
      all = await heardBy(tab)
      return look(all) ? all : undefined
    })
  } catch (error) {
    const { states = [], gaps = [], errors = [], numbers = [] } = all ?? {}
    throw Error(
      `${(error as Error).message} (${[...states.slice(-6), ...gaps, ...errors].join(', ')}; ${numbers.length} events)`,
    )
  }
}

const isOpen = ({ states }: Heard): boolean => states.at(-1) === 'open'

/** Opens a page with a stream, and waits until it is open. */
export async function opened(stage: Stage, ...how: Parameters<Stage['open']>): Promise<Tab> {
  const tab = await stage.open(...how)
  await heard(tab, 'the stream', isOpen)
  return tab
}

/**
 * Waits until the page has the newest event. It must have every event once and in order, from its first event to the newest.
 * @param first - The number of the first event that it surely had to hear.
 */
export async function expectAll({ server }: Stage, tab: Tab, first = 1): Promise<Heard> {
  const all = await heard(tab, `event ${server.last}`, ({ numbers }) => numbers.includes(server.last))
  const isFine = isWhole(all.numbers, first, server.last) && !all.gaps.length
  expectThat(isFine, `events are missing or double (gaps: ${all.gaps.join()})`)
  expectThat(!all.errors.length, `the page has thrown: ${all.errors.join()}`)
  return all
}

/** Waits until the server has so many streams. */
export const streams = ({ server }: Stage, count: number): Promise<unknown> =>
  until(`a server with ${count} streams`, async () => server.traffic.now === count)

/** @throws Error with this message, if it does not hold. */
export function expectThat(holds: boolean, message: string): void {
  if (!holds) throw Error(message)
}
