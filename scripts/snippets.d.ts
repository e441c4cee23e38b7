import type { Server } from 'node:http'
import type { SSEClient } from 'headwater'
import type { Hub } from 'headwater/server'

/* Names that the examples in the docs take for granted. */

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
  const hub: Hub<{
    'order.created': Order
    'price.changed': { sku: string; price: number }
    typing: { name: string }
  }>
  const server: Server
  const database: { save(order: Order): Promise<void> }
  const sessions: {
    find(token?: string): Promise<{ id: string; userId: string; roles: string[]; expiresAt: Date } | undefined>
  }
  const members: { find(request: Request): Promise<{ id: string; joinedAt: Date } | undefined> }
  interface User {
    readonly userId: string
  }
  /** The fields that middleware adds to a request. */
  interface Visit {
    user?: User | undefined
  }
  function auth(request: Request): Promise<{ user: { id: string } } | null>
  function findUser(request: Request): Promise<{ userId: string; roles: string[] } | null>
}
