import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import sirv from 'sirv'

/** Serves the files of a folder, as they are now, on a free port of this machine. */
export async function serve(folder: string): Promise<{ server: Server; origin: string }> {
  const server = createServer(sirv(folder))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
