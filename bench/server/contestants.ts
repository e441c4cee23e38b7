import type { RequestListener, ServerResponse } from 'node:http'
import type { Name } from './names.ts'
import { type Numbered, TYPE } from './payload.ts'

/*
 * The contestants, each set up as its README has it, with its defaults. Runs in the process of the server, which loads one of
 * them.
 */

export interface Contestant {
  readonly listener: RequestListener
  /** How many are connected and would be given an event now. */
  size(): number
  /** To everyone. */
  publish(data: Numbered): unknown
}

/** @param compress - For the hub alone: compresses for clients that accept it. */
export const contestants: Readonly<Record<Name, (compress: boolean) => Promise<Contestant>>> = {
  // The least that a server over node:http does: a write for each client, of bytes that were made once. No drain, no log.
  async floor() {
    const responses = new Set<ServerResponse>()
    const past: Buffer[] = []
    return {
      listener(request, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
        // All at once, as nobody can do quicker.
        if (request.headers['last-event-id']) response.write(Buffer.concat(past))
        response.write('event: live\ndata: {}\n\n')
        responses.add(response)
        response.on('close', () => responses.delete(response))
      },
      size: () => responses.size,
      publish(data) {
        const bytes = Buffer.from(`id: abcdefghijkl-${past.length}\nevent: ${TYPE}\ndata: ${JSON.stringify(data)}\n\n`)
        past.push(bytes)
        for (const response of responses) response.write(bytes)
      },
    }
  },

  async headwater(compress) {
    const { createHub } = await import('../../server/index.ts')
    const { toNodeHandler } = await import('../../server/node.ts')
    const hub = createHub({ limits: { clients: Infinity }, compress })
    return {
      listener: toNodeHandler(hub),
      size: () => hub.stats().clients,
      publish: (data) => hub.publish(TYPE, data),
    }
  },

  async 'better-sse'() {
    const { createChannel, createSession } = await import('better-sse')
    const channel = createChannel()
    return {
      async listener(request, response) {
        channel.register(await createSession(request, response))
      },
      size: () => channel.sessionCount,
      publish: (data) => channel.broadcast(data, TYPE),
    }
  },
}
