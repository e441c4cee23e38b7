import type { ConnectionState, Gap, SSEError } from 'headwater'
import { happenedAt } from '../shared/events.ts'
import { toTable } from '../shared/orders.ts'
import { fetchOrders, persist, type Stream } from './client.ts'
import { complaint, describeGap, differences } from './compare.ts'
import { byId, make, setText } from './dom.ts'
import { count, seconds, time } from './format.ts'
import type { Replica } from './replica.ts'
import { capital, describeError } from './words.ts'

/*
 * After every interruption: was anything lost? The page's table is compared with the server's as of the same event, and
 * the numbers of the events with the plain row of numbers.
 */

export interface Verdict {
  /** Something is about to happen to the connection. @returns Takes it back. */
  announce(label: string): () => void
  /** One more reason why the connection is not back. */
  blame(error: SSEError): void
}

/** From the last event before the loss of a connection until the comparison. */
interface Interruption {
  labels: string[]
  /** When an event was last heard: a stalled line is dead long before that is noticed. */
  readonly heardAt: number
  /** In the order they came; a set, as ten equal failures say no more than one. */
  readonly reasons: Set<string>
  backAt: number
  /** Events that happened while nobody heard them, and came later. */
  caughtUp: number
}

/** How many interruptions stay on the page. */
const KEPT = 6

export function showVerdict(sse: Stream, replica: Replica): Verdict {
  const panel = byId('verdict', HTMLElement)
  const headline = byId('headline', HTMLElement)
  const ids = byId('ids', HTMLElement)
  const table = byId('equal', HTMLElement)
  const list = byId('interruptions', HTMLElement)
  let announced: string[] = []
  let current: Interruption | undefined
  let gap: Gap | undefined
  /** Counts what makes the check under way pointless: it broke again, or the table is another. */
  let turn = 0
  let connections = 0
  let wasOpen = false
  let heardAt = Date.now()

  function say(result: 'pending' | 'ok' | 'lost', text: string): void {
    panel.dataset.result = result
    setText(headline, text)
  }

  function blame(error: SSEError): void {
    current?.reasons.add(describeError(error))
  }

  function drawIds(): void {
    const { events, start, seq } = replica.tally
    const wrong = complaint(replica.tally)
    setText(ids, events ? `#${start + 1} to #${seq}: ${wrong || 'none missing, none twice'}` : 'No event yet')
  }

  async function check(): Promise<void> {
    const started = ++turn
    const server = await persist(fetchOrders)
    const mine = await replica.at(server.cursor)
    if (started !== turn) return
    const different = differences(mine, toTable(server.orders))
    const wrong = [complaint(replica.tally), ...different].filter(Boolean)
    if (gap) say('lost', describeGap(gap))
    else if (wrong.length) say('lost', `Something was lost. ${wrong.slice(0, 3).join('; ')}.`)
    else {
      const total = `${count(replica.tally.events, 'event')} across ${count(connections, 'connection')}`
      say('ok', `Nothing was lost: ${total}, table equals the server’s.`)
    }
    const at = `as of #${server.cursor.slice(server.cursor.lastIndexOf('-') + 1)}, ${time(Date.now())}`
    setText(table, `${count(mine.size, 'row')} ${different.length ? 'differ from' : 'equal'} the server’s ${at}`)
    if (current) record(current, !gap && wrong.length === 0)
    current = undefined
    gap = undefined
  }

  function record({ labels, heardAt, backAt, reasons, caughtUp }: Interruption, ok: boolean): void {
    const label = labels.join(' + ') || 'unannounced'
    const item = make('li')
    item.dataset.result = ok ? 'ok' : 'lost'
    item.dataset.label = label
    item.append(make('strong', 'label', capital(label)), make('span', 'reason', [...reasons].join(', then ')))
    item.append(make('span', 'figure', `${seconds(backAt - heardAt)} away`))
    item.append(make('span', 'figure', `${caughtUp} caught up`))
    item.append(make('span', 'mark', ok ? 'nothing lost' : 'lost'))
    list.querySelector(':scope > .none')?.remove()
    list.prepend(item)
    while (list.children.length > KEPT) list.lastElementChild?.remove()
  }

  sse.observe({
    onState(state) {
      if (wasOpen && state.status !== 'open') {
        turn++
        current ??= {
          labels: [],
          heardAt,
          reasons: new Set([reasonOf(state)]),
          backAt: 0,
          caughtUp: 0,
        }
        current.labels.push(...announced)
        announced = []
        say(
          'pending',
          `${capital(current.labels.join(' + ') || 'the line')}: interrupted. To be compared once it is back.`,
        )
      }
      wasOpen = state.status === 'open'
    },
    onRetry: ({ error }) => blame(error),
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
      // Pressed while the line is down already, it is part of the same interruption.
      const labels = !wasOpen && current ? current.labels : announced
      labels.push(label)
      if (labels === announced) say('pending', `${capital(label)}: waiting for the client to notice.`)
      return () => {
        const index = labels.lastIndexOf(label)
        if (index >= 0) labels.splice(index, 1)
      }
    },
  }
}

function reasonOf(state: ConnectionState): string {
  if (state.status === 'waiting') return describeError(state.error)
  if (state.status === 'closed' && state.error) return describeError(state.error)
  return 'asked for on this page'
}
