import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OrdersSnapshot } from '../shared/events.ts'
import { createFaults } from './faults.ts'
import { createHub } from './hub.ts'
import { openLog } from './log.ts'
import { simulate } from './simulation.ts'

/*
 * The API server: a process of its own, so that it can be killed. Started by the supervisor, which says where the log
 * is and which port to take, and is told the port once the server listens.
 */

const [path, port] = process.argv.slice(2)
if (!path) throw new Error('The API server is started by demo/start.ts')

const log = openLog(path)
const hub = createHub(log)
const faults = createFaults(hub)
simulate(log, hub)

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const route = `${request.method} ${pathname}`
  const [, fault] = /^POST \/api\/faults\/(\w+)$/.exec(route) ?? []
  if (route === 'GET /api/events') {
    if (!faults.refuse(request, response)) hub.connect(request, response)
  } else if (route === 'GET /api/orders') {
    json(response, { cursor: log.cursor, orders: [...log.orders.values()] } satisfies OrdersSnapshot)
  } else if (route === 'GET /api/connections') {
    json(response, { streams: hub.count(searchParams.get('page')) })
  } else if (route === 'GET /api/token') {
    json(response, { token: faults.token() })
  } else if (fault && Object.hasOwn(faults.cause, fault)) {
    faults.cause[fault as keyof typeof faults.cause]()
    response.writeHead(202).end()
  } else {
    response.writeHead(404).end()
  }
})

function json(response: ServerResponse, value: unknown): void {
  response
    .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value))
}

server.listen(Number(port ?? 0), '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
// Whatever becomes of the supervisor, this process does not outlive it.
process.on('disconnect', () => process.exit())
// Ctrl+C reaches every process of the terminal; the supervisor alone decides when this one ends.
process.on('SIGINT', () => {})
