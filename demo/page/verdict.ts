import type { ConnectionState, Gap } from 'headwater'
import { happenedAt } from '../shared/events.ts'
import { toTable } from '../shared/orders.ts'
import { fetchOrders, type Stream } from './client.ts'
import { complaint, describeGap, differences } from './compare.ts'
import { byId, setText } from './dom.ts'
import { count, time } from './format.ts'
import { persist } from './http.ts'
import { type Interruption, record } from './interruptions.ts'
import type { Replica } from './replica.ts'
import type { Tabs } from './tabs.ts'
import { capital, describeError } from './words.ts'

/*
 * After every interruption: was anything lost? The page's table is compared with the server's at the same event, and
 * the numbers of the events with the plain row of numbers.
 */

export interface Verdict {
  /** Something is about to happen to the connection. @returns Takes it back, as nothing will come of it. */
  announce(label: string): () => void
  /** One more reason why the connection is not back. */
  blame(reason: string): void
}

/** The reason for what headwater does without need. */
const RENEWED = 'reconnected, nothing failed'

export function showVerdict(sse: Stream, replica: Replica, tabs: Tabs): Verdict {
  const panel = byId('verdict', HTMLElement)
  const headline = byId('headline', HTMLElement)
  const ids = byId('ids', HTMLElement)
  const elsewhere = byId('others', HTMLElement)
  const table = byId('equal', HTMLElement)
  let announced: string[] = []
  /** What there was to say before something was announced. */
  let settled: Parameters<typeof say> = ['pending', headline.textContent]
  let current: Interruption | undefined
  let gap: Gap | undefined
  /** Counts what makes the check under way pointless: it broke again, or the table is another. */
  let turn = 0
  let connections = 0
  let wasOpen = false
  let heardAt = Date.now()
  /** Which tab had the connection when the tables were last compared. */
  let ledBy: number | undefined

  function say(result: 'pending' | 'ok' | 'lost', text: string): void {
    panel.dataset.result = result
    setText(headline, text)
  }

  function conclude(...said: Parameters<typeof say>): void {
    settled = said
    say(...said)
  }

  /** Something is announced, or has come, or is taken back. */
  function redraw(): void {
    const labels = current?.labels ?? announced
    const name = capital(labels.join(' + ') || 'the line')
    if (current) say('pending', `${name}: interrupted. To be compared once it is back.`)
    else if (announced.length) say('pending', `${name}: waiting for the client to notice.`)
    else say(...settled)
  }

  function blame(reason: string): void {
    current?.reasons.add(reason)
  }

  /** Another tab has the connection than at the last comparison: that is why it was interrupted, or has been since. */
  function noteHandOver(leader: number | undefined, own: number): void {
    if (current && leader !== undefined && ledBy !== undefined && leader !== ledBy) {
      const name = (tab: number): string => (tab === own ? 'this tab' : `tab ${tab}`)
      current.labels.push('hand-over')
      current.reasons.delete(RENEWED)
      current.reasons.add(`from ${name(ledBy)} to ${name(leader)}`)
    }
    ledBy = leader ?? ledBy
  }

  function drawIds(): void {
    const { events, start, seq, asking, others } = replica.tally
    // Whose a number was that is left out is known in a moment.
    if (asking) return
    const wrong = complaint(replica.tally)
    setText(ids, events ? `#${start + 1} to #${seq}: ${wrong || 'none missing, none twice'}` : 'No event yet')
    setText(elsewhere, others ? `${count(others, 'number')}, for somebody else` : 'No number was for somebody else')
  }

  async function check(): Promise<void> {
    const started = ++turn
    const server = await persist(fetchOrders)
    const mine = await replica.at(server.cursor)
    await replica.settled()
    const { leader, own } = await tabs.look()
    if (started !== turn) return
    const different = differences(mine, toTable(server.orders))
    const wrong = [complaint(replica.tally), ...different].filter(Boolean)
    if (gap) conclude('lost', describeGap(gap))
    else if (wrong.length) conclude('lost', `Something was lost. ${wrong.slice(0, 3).join('; ')}.`)
    else {
      const total = `${count(replica.tally.events, 'event')} across ${count(connections, 'connection')}`
      conclude('ok', `Nothing was lost: ${total}, table equals the server’s.`)
    }
    const at = `as of #${server.cursor.slice(server.cursor.lastIndexOf('-') + 1)}, ${time(Date.now())}`
    setText(table, `${count(mine.size, 'row')} ${different.length ? 'differ from' : 'equal'} the server’s ${at}`)
    noteHandOver(leader, own)
    if (current) record(current, !gap && wrong.length === 0)
    current = undefined
    gap = undefined
  }

  sse.observe({
    onState(state) {
      if (wasOpen && state.status !== 'open') {
        turn++
        current ??= {
          labels: [],
          heardAt,
          reasons: new Set([reasonOf(state, announced)]),
          backAt: 0,
          caughtUp: 0,
        }
        current.labels.push(...announced)
        announced = []
        redraw()
      }
      wasOpen = state.status === 'open'
    },
    onRetry: ({ error }) => blame(describeError(error)),
    onOpen() {
      connections++
      if (current) current.backAt = Date.now()
      void check()
    },
    onGap(lost) {
      gap = lost
      turn++
      // The count starts over with the table.
      connections = 1
      void replica.reload(() => persist(fetchOrders)).then(check)
    },
  })
  sse.subscribe('*', (data, { receivedAt }) => {
    heardAt = receivedAt
    const state = sse.state.get()
    if (current && state.status === 'open' && happenedAt(data) < state.since) current.caughtUp++
  })
  setInterval(drawIds, 250)

  return {
    blame,
    announce(label) {
      // Pressed while the connection is down already, it is part of the same interruption.
      const labels = !wasOpen && current ? current.labels : announced
      labels.push(label)
      redraw()
      return () => {
        // The announcement may be with an interruption by now.
        for (const each of [announced, current?.labels ?? []]) {
          const index = each.lastIndexOf(label)
          if (index < 0) continue
          each.splice(index, 1)
          break
        }
        redraw()
      }
    },
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
