import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** A node of a Redis Cluster listens on the port that is 10,000 higher too. */
const HIGHEST = 65_535 - 10_000

/** A port that nobody listens on, for a program that has to be given one: it was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    if (port <= HIGHEST) return port
  }
}
