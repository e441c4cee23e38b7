import { auth, hub } from '../../../lib/hub.ts'

export const dynamic = 'force-dynamic'

interface Order {
  readonly id: string
  readonly total: number
}

/** Stands for your database. */
const orders: Order[] = []

// Tells the clients that show orders to load them again.
const addOrder = hub.notifyAfter('orders', (total: number) => {
  const order: Order = { id: `A-${orders.length + 1}`, total }
  orders.push(order)
  return order
})

export async function GET(request: Request): Promise<Response> {
  return (await auth(request)) ? Response.json(orders) : new Response(null, { status: 401 })
}

export async function POST(request: Request): Promise<Response> {
  if (!(await auth(request))) return new Response(null, { status: 401 })
  const { total }: { total?: unknown } = await request.json()
  return Response.json(await addOrder(Number(total)), { status: 201 })
}
