import type { ConnectionState, Gap } from 'headwater'
import { happenedAt } from '../shared/events.ts'
import { toTable } from '../shared/orders.ts'
import { fetchOrders, type Stream } from './client.ts'
import { complaint, describeGap, differences } from './compare.ts'
import { count, time } from './format.ts'
import { persist } from './http.ts'
import { record } from './interruptions.ts'
import { type CostMeter, createCostMeter } from './lanes/cost.ts'
import type { Contestant, Lanes } from './lanes/lanes.ts'
import { createLine, type Line, RENEWED } from './line.ts'
import type { Replica } from './replica.ts'
import type { Tabs } from './tabs.ts'
import { everyTick } from './tick.ts'
import { createVerdictPanel, type VerdictPanel } from './verdict-panel.ts'
import { describeError } from './words.ts'

/*
 * Was anything lost? After each interruption the page's table is compared with the server's at the same event, and the numbers of the
 * events are checked for holes.
 */

export interface Verdict {
  /** A fault is about to happen to the connection. @returns Withdraws it: the fault could not be caused. */
  announce(label: string): () => void
  /** One more reason why the connection is not back. */
  blame(reason: string): void
}

export function showVerdict(sse: Stream, replica: Replica, tabs: Tabs, { headwater, native }: Lanes): Verdict {
  const panel = createVerdictPanel()
  const line = createLine(() => panel.drawLine(line))
  const meter = createCostMeter(native)
  const comparison = createComparison({ replica, tabs, headwater, panel, line, meter })
  let wasOpen = false
  let heardAt = Date.now()

  sse.observe({
    onState(state) {
      if (wasOpen && state.status !== 'open') {
        comparison.cancel()
        meter.begin()
        line.breaks(reasonOf(state, line.announced), heardAt)
      }
      wasOpen = state.status === 'open'
    },
    onRetry: ({ error }) => line.blame(describeError(error)),
    onOpen: comparison.opened,
    onGap: comparison.lost,
  })
  sse.subscribe('*', (data, { receivedAt }) => {
    heardAt = receivedAt
    const state = sse.state.get()
    if (line.current && state.status === 'open' && happenedAt(data) < state.since) line.current.caughtUp++
  })
  everyTick(() => panel.drawTally(replica.tally))

  return {
    blame: line.blame,
    announce(label) {
      // A stalled connection loses events long before the client notices.
      meter.begin()
      return line.announce(label, wasOpen)
    },
  }
}

interface ComparisonParts {
  readonly replica: Replica
  readonly tabs: Tabs
  readonly headwater: Contestant
  readonly panel: VerdictPanel
  readonly line: Line
  readonly meter: CostMeter
}

interface Comparison {
  /** The connection is open: the tables are compared. */
  opened(): void
  /** Events were lost: the table is loaded afresh, and then compared. */
  lost(gap: Gap): void
  /** The connection broke again: the comparison under way is pointless. */
  cancel(): void
}

function createComparison({ replica, tabs, headwater, panel, line, meter }: ComparisonParts): Comparison {
  let gap: Gap | undefined
  /** The number of the check. An earlier one is void: the connection broke again, or the table is another. */
  let turn = 0
  let connections = 0

  /** @param different - How the tables differ. */
  function conclude(different: readonly string[], gap: Gap | undefined): void {
    panel.conclude(() => {
      if (gap) return { result: 'lost', text: describeGap(gap) }
      const wrong = [complaint(replica.tally), ...different].filter(Boolean)
      if (wrong.length) return { result: 'lost', text: `headwater lost something. ${wrong.slice(0, 3).join('. ')}.` }
      const { published, missing } = headwater.view().score
      const total = `${count(published - missing, 'event')} across ${count(connections, 'connection')}`
      return { result: 'ok', text: `headwater lost nothing: ${total}. Its table of orders equals the server’s.` }
    })
  }

  async function check(): Promise<void> {
    const started = ++turn
    const server = await persist(fetchOrders)
    const mine = await replica.at(server.cursor)
    await replica.settled()
    const { leader, own } = await tabs.look()
    if (started !== turn) return
    const different = differences(mine, toTable(server.orders))
    conclude(different, gap)
    const isComplete = !gap && !complaint(replica.tally) && different.length === 0
    const at = `at #${server.cursor.slice(server.cursor.lastIndexOf('-') + 1)}, ${time(Date.now())}`
    panel.drawTable(`${count(mine.size, 'row')} ${different.length ? 'differ from' : 'equal'} the server’s ${at}`)
    line.handOver(leader, own)
    const over = line.mend()
    if (over) meter.end(record(over, isComplete))
    gap = undefined
  }

  return {
    opened() {
      connections++
      if (line.current) line.current.backAt = Date.now()
      void check()
    },
    lost(found) {
      gap = found
      turn++
      // The count starts over with the table.
      connections = 1
      void replica.reload(() => persist(fetchOrders)).then(check)
    },
    cancel: () => void turn++,
  }
}

function reasonOf(state: ConnectionState, announced: readonly string[]): string {
  switch (state.status) {
    case 'waiting':
      return describeError(state.error)
    case 'closed':
      return state.error ? describeError(state.error) : 'asked for on this page'
    case 'paused':
      return state.reasons.includes('manual') ? 'asked for on this page' : `held back: ${state.reasons.join(', ')}`
    default:
      // A server that is about to stop asks for it; so does a page that has slept.
      return announced.includes('reconnect') ? 'asked for on this page' : RENEWED
  }
}
