import { byId, make } from './dom.ts'
import { seconds } from './format.ts'
import { capital } from './words.ts'

/** From the last event before the loss of a connection until the comparison. */
export interface Interruption {
  readonly labels: string[]
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

/** Writes an interruption down, above the earlier ones. */
export function record({ labels, heardAt, backAt, reasons, caughtUp }: Interruption, ok: boolean): void {
  const list = byId('interruptions', HTMLElement)
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
