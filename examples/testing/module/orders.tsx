import { useSSE, useSSEValue } from 'headwater/react'
import type { ReactElement } from 'react'
import { sse } from './sse.ts'

/** The newest order, and whether there may be another one at any moment. */
export function Orders(): ReactElement {
  const { isConnected } = useSSE(sse)
  const order = useSSEValue(sse, 'order.created', null)
  return (
    <p>
      {isConnected ? 'live' : 'offline'} {order && `${order.id}: ${order.total}`}
    </p>
  )
}
