import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hub } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { onTestFinished } from 'vitest'

/**
 * Serves a hub on a port of this machine.
 * @returns `url` is that of its streams. `stop` ends hub and server: the end of the test does too.
 */
export async function serveHub(hub: Hub, listener: RequestListener = toNodeHandler(hub)) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    await hub.close()
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(stop)
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/events`, stop }
}
