import type { SSEClient } from 'headwater'

/* What the examples in the docs take for granted. */

declare global {
  interface Order {
    id: string
    total: number
  }
  const sse: SSEClient<{ 'order.created': Order; 'order.updated': { id: string; patch: Partial<Order> } }>
  const model: { prompt: string }
  function loadOrders(): Promise<void>
  function signIn(): Promise<void>
  function token(): Promise<string>
  function show(value: unknown): void
}
