import { createServer, type Server } from 'node:http'
import { createHub, type Hub, readToken } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import type { Events } from './events/events.ts'
import { createPublisher, type Publisher } from './events/publisher.ts'
import { eventSchemas } from './events/schemas.ts'

/*
 * Stands for the server in Rust: it sends the same events, and its types are generated from the same structs.
 * `node examples/codegen/server.ts`, then `curl -N 'localhost:3000?topics=comments' -H 'authorization: Bearer ada'`.
 */

interface App {
  readonly server: Server
  readonly hub: Hub<Events>
  readonly publish: Publisher
}

export function createApp(): App {
  const hub = createHub<Events>({
    // An event that does not fit the structs does not leave the server.
    schemas: eventSchemas,
    authenticate: (request) => {
      const userId = readToken(request)
      return userId === undefined ? null : { userId }
    },
    authorize: (_, topic) => topic === 'comments',
  })
  return { server: createServer(toNodeHandler(hub)), hub, publish: createPublisher(hub) }
}

/** Ada writes a comment, which mentions Bob. */
export async function comment(publish: Publisher, body: string): Promise<void> {
  const author = { id: crypto.randomUUID(), name: 'Ada' }
  await publish.commentAdded({ id: crypto.randomUUID(), author, body, createdAt: new Date().toISOString() })
  await publish.notification({ kind: 'mention', by: author, text: body }, { userId: 'bob' })
}

if (import.meta.main) {
  const { server, publish } = createApp()
  server.listen(3000)
  setInterval(() => void comment(publish, 'Hello, @bob'), 2000)
}
