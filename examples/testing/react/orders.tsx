import { useSSE, useSSEValue } from 'headwater/react'
import type { ReactElement } from 'react'

export interface Order {
  readonly id: string
  readonly total: number
}

export interface Events {
  'order.created': Order
}

const orders = {
  initial: [] as readonly Order[],
  reduce: (all: readonly Order[], order: Order) => [...all, order],
}

/** The orders since the page was opened, and whether there may be more at any moment. */
export function Orders(): ReactElement {
  const { isConnected, error } = useSSE()
  const all = useSSEValue('order.created', orders)
  return (
    <section>
      <p role="status">{isConnected ? 'live' : (error?.code ?? 'connecting')}</p>
      <ul>
        {all.map(({ id, total }) => (
          <li key={id}>{`${id}: ${total}`}</li>
        ))}
      </ul>
    </section>
  )
}
