import type { Order, OrderCreated, OrderUpdated } from './events.ts'

/** Orders by id, oldest first. Never changed in place, so that an earlier table can be kept and compared. */
export type OrderTable = ReadonlyMap<string, Order>

/** More do not fit on the board: the delivered ones make room, oldest first. */
export const BOARD_SIZE = 12

/** The table after one more event. Both sides fold the same events; whether they got the same ones is the question. */
export function applyOrderEvent(table: OrderTable, event: OrderCreated | OrderUpdated): OrderTable {
  const next = new Map(table)
  if (event.type === 'order.created') {
    next.set(event.id, event.order)
    const done = [...next.values()].find((order) => order.status === 'delivered')
    if (next.size > BOARD_SIZE && done) next.delete(done.id)
    return next
  }
  const order = next.get(event.id)
  // A patch for an order that is not there can only be a lost event: the comparison will show it.
  if (order) next.set(event.id, { ...order, ...event.patch })
  return next
}

export const toTable = (orders: readonly Order[]): OrderTable => new Map(orders.map((order) => [order.id, order]))
