import type { Order } from '../shared/events.ts'
import { byId, calm, frameBatch, make, setText } from './dom.ts'
import { money } from './format.ts'
import type { Replica } from './replica.ts'

/*
 * The table, newest order first. It is drawn from the replica once a frame. A cell flashes when its text changes.
 */

interface Column {
  readonly name: string
  readonly text: (order: Order) => string
}

const COLUMNS: readonly Column[] = [
  { name: 'id', text: ({ id }) => id },
  { name: 'customer', text: ({ customer }) => customer },
  { name: 'city', text: ({ city }) => city },
  { name: 'status', text: ({ status }) => status },
  { name: 'items', text: ({ items }) => `${items}` },
  { name: 'total', text: ({ total }) => money(total) },
  { name: 'eta', text: ({ eta, status }) => (status === 'delivered' ? '–' : `${eta} min`) },
]

/** @returns Asks for the table to be drawn. */
export function showOrders(replica: Replica): () => void {
  const body = byId('orders', HTMLTableSectionElement)
  const rows = new Map<string, HTMLTableRowElement>()

  function draw(): void {
    const { orders } = replica
    for (const [id, row] of rows) {
      if (orders.has(id)) continue
      row.remove()
      rows.delete(id)
    }
    for (const order of orders.values()) {
      let row = rows.get(order.id)
      if (!row) {
        row = createRow()
        rows.set(order.id, row)
        body.prepend(row)
      }
      fill(row, order)
    }
  }

  draw()
  return frameBatch(draw)
}

function createRow(): HTMLTableRowElement {
  const row = make('tr')
  for (const { name } of COLUMNS) {
    const cell = make(name === 'id' ? 'th' : 'td', name)
    if (name === 'id') cell.setAttribute('scope', 'row')
    cell.append(make('span'))
    row.append(cell)
  }
  return row
}

function fill(row: HTMLTableRowElement, order: Order): void {
  row.dataset.status = order.status
  for (const [index, { text }] of COLUMNS.entries()) {
    const cell = row.cells[index]
    const span = cell?.firstElementChild
    if (!cell || !span) continue
    const before = span.textContent
    setText(span, text(order))
    if (before !== span.textContent && !calm()) flash(cell)
  }
}

function flash(cell: HTMLElement): void {
  for (const running of cell.getAnimations()) running.cancel()
  cell.animate([{ backgroundColor: 'var(--flash)' }, { backgroundColor: 'transparent' }], {
    duration: 1100,
    easing: 'ease-out',
  })
}
