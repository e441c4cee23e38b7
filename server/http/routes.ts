import type { Connect } from '../streams/open.ts'
import { toJSON } from '../wire/encode.ts'
import { Refusal } from '../wire/refusal.ts'
import { createPaths, lastSegment } from './address.ts'
import { json, jsonText } from './body.ts'
import { refuseIfClosing } from './closing.ts'
import { preflight } from './cors.ts'
import { getStream } from './get-stream.ts'
import type { Host } from './host.ts'
import type { HttpParts, Incoming } from './parts.ts'
import { createPost } from './post.ts'

/** Finds what a request is for, and answers it. @returns Undefined for a stream, which has begun. @throws Refusal */
export type Routes = (request: Request, connect: Connect, host: Host) => Promise<Response | undefined>

const wrongMethod = (method: string): Refusal =>
  new Refusal(405, 'method', `only GET and POST are possible here, not ${method}`, { allow: 'GET, POST, OPTIONS' })

export function createRoutes(parts: HttpParts): Routes {
  const topicOf = createPaths(parts.settings.paths)
  const post = createPost(parts)

  return async (request, connect, host) => {
    const { method } = request
    if (method === 'OPTIONS') return preflight(request)
    refuseIfClosing(parts.shutdown)
    const url = new URL(request.url)
    const fixed = topicOf(url)
    // An address that stands for a topic is that, whatever its last word is.
    const action = fixed === undefined ? lastSegment(url) : ''
    const incoming = { request, url, fixed, host, connect }
    if (method === 'POST') return post(incoming, action)
    if (method !== 'GET' && method !== 'HEAD') throw wrongMethod(method)
    if (action === 'health') return json(200, health(parts))
    if (action === 'stats' || action === 'metrics') return getFigures(parts, incoming, action)
    if (method === 'HEAD') throw wrongMethod(method)
    await getStream(parts, incoming)
    return undefined
  }
}

/** Always 200: every process has the same log, and without this one its streams would end too. */
function health({ settings: { log, relay } }: HttpParts): object {
  const missing = {
    ...(log.available === false && { log: 'unavailable' }),
    ...(relay?.available === false && { relay: 'unavailable' }),
  }
  return { status: Object.keys(missing).length ? 'degraded' : 'ok', ...missing }
}

/** The stats, or the metrics: in the shape that the application wants. */
async function getFigures(
  { settings, stats, ask, authenticate, demand }: HttpParts,
  { request, host }: Incoming,
  action: 'stats' | 'metrics',
): Promise<Response> {
  await demand('canReadStats', await authenticate(request, host))
  const shape = action === 'metrics' ? settings.metrics : undefined
  if (!shape) return json(200, stats.read())
  return jsonText(200, await ask('metrics', async () => toJSON(await shape(stats.read()), 'what metrics returns')))
}
