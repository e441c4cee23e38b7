import { byId, make, setText } from './dom.ts'
import { seconds, whole } from './format.ts'
import { type Cost, LABELS } from './lanes/standing.ts'
import { capital } from './words.ts'

/** From the last event before the loss of a connection until the comparison. */
export interface Interruption {
  readonly labels: string[]
  /** When an event was last received: a stalled connection is dead long before the client notices. */
  readonly heardAt: number
  /** In the order they came. A set, as ten equal failures say no more than one. */
  readonly reasons: Set<string>
  backAt: number
  /** Events that the server published meanwhile, and that came later. */
  caughtUp: number
}

/** How many interruptions stay on the page. */
const KEPT = 5

/**
 * Writes an interruption down, above the earlier ones.
 * @param ok - Whether headwater lost nothing.
 * @returns Writes what it has cost the EventSource, which may come back later. Undefined: there is none in this tab.
 */
export function record(
  { labels, heardAt, backAt, reasons, caughtUp }: Interruption,
  ok: boolean,
): (cost: Cost | undefined) => void {
  const list = byId('interruptions', HTMLTableSectionElement)
  const label = labels.join(' + ') || 'unexpected'
  const row = make('tr')
  row.dataset.result = ok ? 'ok' : 'lost'
  row.dataset.label = label
  const fault = make('th', 'fault')
  fault.scope = 'row'
  // The last one first: it says most, and there may be no room for all.
  const reason = [...reasons].reverse().join(', ')
  fault.title = `${capital(label)}: ${reason}`
  fault.append(make('strong', 'label', capital(label)), ' ', make('span', 'reason', reason))
  const native = make('td', 'native')
  row.append(
    fault,
    make('td', 'figure', seconds(backAt - heardAt)),
    make('td', 'figure late', whole(caughtUp)),
    make('td', 'own', ok ? 'lost 0' : 'lost some'),
    native,
  )
  list.querySelector(':scope > .none')?.remove()
  list.prepend(row)
  while (list.children.length > KEPT) list.lastElementChild?.remove()
  return (cost) => {
    native.dataset.standing = cost?.standing ?? ''
    if (cost?.standing === 'behind') setText(native, `${whole(cost.missing)} ${LABELS.behind}`)
    else setText(native, cost ? `lost ${whole(cost.missing)}` : 'not in this tab')
  }
}
