import { createSSE } from 'headwater'

export interface Order {
  readonly id: string
  readonly total: number
}

export const sse = createSSE<{ 'order.created': Order }>('/events')
