import { make, setText } from '../dom.ts'

/** The rows by what they are about: a row that stays is updated, and not replaced. */
const known = new WeakMap<Element, Map<string, HTMLTableRowElement>>()

/**
 * Makes the rows of a section's table say what a list does, in its order.
 * @param cells - Each column's class, and its text.
 */
export function fillRows<T>(
  section: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  cells: Readonly<Record<string, (item: T) => string>>,
): void {
  const body = section.querySelector('tbody')
  if (!body) return
  const rows = known.get(section) ?? new Map<string, HTMLTableRowElement>()
  known.set(section, rows)
  const keys = new Set(items.map(keyOf))
  for (const [key, row] of rows) {
    if (keys.has(key)) continue
    row.remove()
    rows.delete(key)
  }
  for (const [index, item] of items.entries()) {
    const key = keyOf(item)
    const row = rows.get(key) ?? make('tr')
    rows.set(key, row)
    for (const [n, [name, text]] of Object.entries(cells).entries()) {
      const cell = row.cells[n] ?? row.appendChild(n === 0 ? header(name) : make('td', name))
      setText(cell, text(item))
    }
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null)
  }
}

function header(name: string): HTMLElement {
  const cell = make('th', name)
  cell.setAttribute('scope', 'row')
  return cell
}
