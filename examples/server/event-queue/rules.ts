import type { PublishOptions } from 'headwater/server'

/*
 * The rules of a small shop, as one pure function. It knows no hub, no clock and no database; what is to be done it returns,
 * as data. So its tests need none of these either.
 */

/** What can be asked of the shop. The same id is the same request, sent again. */
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
  /** What has been ordered anew and not been delivered. */
  readonly reordered: readonly string[]
}

/** What clients hear. */
export interface ShopEvents {
  'order.accepted': { readonly orderId: string; readonly sku: string; readonly count: number }
  'order.refused': { readonly orderId: string; readonly reason: string }
  'stock.changed': { readonly sku: string; readonly left: number }
  'stock.reordered': { readonly sku: string }
}

type Publish = {
  [N in keyof ShopEvents]: { readonly type: N; readonly data: ShopEvents[N]; readonly target: PublishOptions }
}[keyof ShopEvents]

/** What is to be done: an event for clients, or another command. */
export type Effect = { readonly publish: Publish } | { readonly dispatch: Command }

export function decide(shop: Shop, command: Command): { readonly state: Shop; readonly effects: readonly Effect[] } {
  const { id, sku } = command
  const left = shop.stock.get(sku) ?? 0
  // Of what waits for a slow client, the newest count is enough.
  const changed = (left: number): Effect => ({
    publish: { type: 'stock.changed', data: { sku, left }, target: { topic: `stock.${sku}`, key: sku } },
  })
  switch (command.type) {
    case 'order.place': {
      const { userId, orderId, count } = command
      if (!(Number.isInteger(count) && count > 0 && count <= left)) {
        const reason = count > left ? `there are ${left} left` : 'order one or more'
        return {
          state: shop,
          effects: [{ publish: { type: 'order.refused', data: { orderId, reason }, target: { userId } } }],
        }
      }
      return {
        state: { ...shop, stock: new Map(shop.stock).set(sku, left - count) },
        effects: [
          { publish: { type: 'order.accepted', data: { orderId, sku, count }, target: { userId } } },
          changed(left - count),
          ...(left === count ? [{ dispatch: { id: `${id}/reorder`, type: 'stock.reorder', sku } } as const] : []),
        ],
      }
    }
    case 'stock.reorder': {
      if (shop.reordered.includes(sku)) return { state: shop, effects: [] }
      return {
        state: { ...shop, reordered: [...shop.reordered, sku] },
        effects: [{ publish: { type: 'stock.reordered', data: { sku }, target: { topic: 'purchases' } } }],
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
