import type { Effect, Step } from 'headwater/server'

/*
 * The rules of a small shop, as one pure function. It knows no hub, no clock and no database. It returns what is to be done, as
 * data. So its tests need none of these either.
 */

/** A request to the shop. The same id is the same request, sent again. */
export type Command = { readonly id: string } & (
  | {
      readonly type: 'order.place'
      readonly userId: string
      readonly orderId: string
      readonly sku: string
      readonly count: number
    }
  | { readonly type: 'stock.reorder'; readonly sku: string }
  | { readonly type: 'stock.deliver'; readonly sku: string; readonly count: number }
)

export interface Shop {
  readonly stock: ReadonlyMap<string, number>
  /** Orders that are not delivered yet. */
  readonly reordered: readonly string[]
}

/** The events that clients get. */
export interface ShopEvents {
  'order.accepted': { readonly orderId: string; readonly sku: string; readonly count: number }
  'order.refused': { readonly orderId: string; readonly reason: string }
  'stock.changed': { readonly sku: string; readonly left: number }
  'stock.reordered': { readonly sku: string }
}

/** An effect of the shop's own: another command, behind those that wait. */
export interface Dispatch {
  readonly kind: 'dispatch'
  readonly command: Command
}

export function decide(shop: Shop, command: Command): Step<Shop, ShopEvents, Dispatch> {
  const { id, sku } = command
  const left = shop.stock.get(sku) ?? 0
  // Of what waits for a slow client, the newest count is enough.
  const changed = (left: number): Effect<ShopEvents> => ({
    kind: 'toTopic',
    to: `stock.${sku}`,
    type: 'stock.changed',
    data: { sku, left },
    options: { key: sku },
  })
  switch (command.type) {
    case 'order.place': {
      const { userId, orderId, count } = command
      if (!(Number.isInteger(count) && count > 0 && count <= left)) {
        const reason = count > left ? `there are ${left} left` : 'order one or more'
        return {
          state: shop,
          effects: [{ kind: 'toUser', to: userId, type: 'order.refused', data: { orderId, reason } }],
        }
      }
      return {
        state: { ...shop, stock: new Map(shop.stock).set(sku, left - count) },
        effects: [
          { kind: 'toUser', to: userId, type: 'order.accepted', data: { orderId, sku, count } },
          changed(left - count),
          ...(left === count ? [reorder(`${id}/reorder`, sku)] : []),
        ],
      }
    }
    case 'stock.reorder': {
      if (shop.reordered.includes(sku)) return { state: shop }
      return {
        state: { ...shop, reordered: [...shop.reordered, sku] },
        effects: [{ kind: 'toTopic', to: 'purchases', type: 'stock.reordered', data: { sku } }],
      }
    }
    case 'stock.deliver': {
      const now = left + command.count
      return {
        state: {
          stock: new Map(shop.stock).set(sku, now),
          reordered: shop.reordered.filter((each) => each !== sku),
        },
        effects: [changed(now)],
      }
    }
  }
}

const reorder = (id: string, sku: string): Dispatch => ({
  kind: 'dispatch',
  command: { id, type: 'stock.reorder', sku },
})
