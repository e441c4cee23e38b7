import { isGranted } from '../audience/granted.ts'
import type { Principal } from '../audience/principal.ts'
import { composeTopics } from '../audience/topic.ts'
import { EARLIEST } from '../log/cursor.ts'
import type { HubStats } from '../observe/stats.ts'
import type { Intake } from '../publish/intake.ts'
import { checkEvent, type Published, type PublishRequest } from '../publish/publish.ts'
import type { Parts } from '../streams/parts.ts'
import { allowedOf } from '../streams/request.ts'
import type { Connect } from '../streams/streams.ts'
import { changeTopics } from '../streams/subscriptions.ts'
import { toJSON } from '../wire/encode.ts'
import { Refusal } from '../wire/refusal.ts'
import { createPaths, lastSegment, readStreamRequest } from './address.ts'
import { json, jsonText, readBody, refused } from './body.ts'
import { type ContentCoding, setCoding } from './compress.ts'
import { corsHeaders, preflight } from './cors.ts'
import { createPostRate } from './post-rate.ts'
import { blameOf, checkPosted, grantOf, refusalOf } from './posted.ts'
import { createQuestions } from './questions.ts'
import { OwnRefusal } from './refuse.ts'
import type { Known } from './verdict.ts'

/** What the host tells of a request, and of itself. */
export interface Host extends Known {
  /**
   * How it can compress a stream, best first. It does so where `connect` gets the header `content-encoding`.
   * @defaultValue not at all
   */
  readonly codings?: readonly ContentCoding[]
}

/**
 * Answers a request. A stream is begun by `connect`, and then there is nothing to return; anything else is a Response.
 */
export type Accept = (request: Request, connect: Connect, host?: Host) => Promise<Response | undefined>

/** What of the hub can be had over HTTP. */
export interface Services {
  readonly intake: Intake
  stats(): HubStats
  reset(): Promise<void>
  /** Once the hub is closing: in how many seconds to come back. */
  closing(): number | undefined
}

const notHere = (method: string): Refusal =>
  new Refusal(405, 'method', `there is GET and POST here, no ${method}`, { allow: 'GET, POST, OPTIONS' })

export function createAccept(parts: Parts, services: Services): Accept {
  const { settings, registry, streams, counters, observers } = parts
  const { limits } = settings
  const topicOf = createPaths(settings.paths)

  const { ask, authenticate } = createQuestions(settings, observers)
  const rate = createPostRate(limits.postsPerSecond, settings.clock, registry)

  // All at once: a hundred look-ups must not wait for each other. Of those that throw, the first is reported.
  const mayJoin = (principal: Principal) => (topics: readonly string[]) =>
    ask('authorize', () =>
      Promise.all(topics.map(async (topic) => isGranted(await settings.authorize(principal, topic), 'authorize'))),
    )

  async function demand(where: 'canReadStats' | 'canReset', principal: Principal): Promise<void> {
    if (await ask(where, async () => isGranted(await settings[where](principal), where))) return
    throw new Refusal(403, 'forbidden', `this is not allowed to you; the option ${where} says who may`)
  }

  function refuseWhenClosing(): void {
    const seconds = services.closing()
    if (seconds !== undefined)
      throw new Refusal(503, 'closing', 'this server is stopping', { 'retry-after': `${seconds}` })
  }

  async function stream(
    request: Request,
    url: URL,
    fixed: string | undefined,
    connect: Connect,
    host: Host,
  ): Promise<void> {
    const asked = readStreamRequest(url, request.headers, limits.topics - (fixed === undefined ? 0 : 1))
    streams.admit()
    const principal = await authenticate(request, host)
    const also = fixed === undefined || asked.topics.includes(fixed) ? [] : [fixed]
    const topics = await allowedOf([...asked.topics, ...also], mayJoin(principal), asked.denials)
    if (fixed !== undefined && !topics.includes(fixed))
      throw new Refusal(403, 'forbidden', 'this is not allowed to you')
    const mayReadAll =
      asked.requested === EARLIEST &&
      (await ask('canReadAll', async () => isGranted(await settings.canReadAll(principal), 'canReadAll')))
    refuseWhenClosing()
    streams.open(principal, { ...asked, topics, fixed }, mayReadAll, connect)
  }

  async function post(request: Request, action: string, host: Host): Promise<Response> {
    const principal = await authenticate(request, host)
    rate.beforeBody(principal)
    if (action === 'reset') {
      rate.withBody(principal, {})
      await demand('canReset', principal)
      await services.reset()
      return json(200, services.stats())
    }
    const body = await readBody(request, limits.body)
    rate.withBody(principal, body)
    if ('event' in body) return json(200, await publish(principal, body))
    if ('clientId' in body) return json(200, await changeTopics(body, principal, parts, mayJoin(principal)))
    throw new Refusal(400, 'body', 'the body wants to have event (to publish) or clientId (to change topics)')
  }

  async function publish(principal: Principal, body: Readonly<Record<string, unknown>>): Promise<Published> {
    checkPosted(body)
    // Composed ahead of the question: a name must not be another one to canPublish than to the hub.
    const request = composeTopics(body) as unknown as PublishRequest
    const grant = await ask('canPublish', async () => grantOf(await settings.canPublish(principal, request), principal))
    if (!grant) throw new Refusal(403, 'forbidden', 'you may not publish this; the option canPublish says who may')
    const { event, data, ...options } = request
    const target = { ...options, ...grant }
    try {
      checkEvent(event, target)
    } catch (error) {
      throw refusalOf(error)
    }
    let sent: Promise<Published>
    try {
      const message = services.intake.check(event, data, target, principal)
      refuseWhenClosing()
      // At once: later events wait for this one, though its schema may take its time.
      sent = services.intake.send(message)
      sent.catch(() => {})
      await message
    } catch (error) {
      const blame = blameOf(error)
      throw blame instanceof Refusal ? blame : await ask(blame, () => Promise.reject(error))
    }
    return sent.catch((error) => {
      // The hub has closed while a schema took its time.
      refuseWhenClosing()
      observers.tell('onError', error, 'log')
      const what = 'the event could not be written down; nobody has had it'
      throw new Refusal(503, 'log', what, { 'retry-after': '5' })
    })
  }

  /** In the shape that the application wants. */
  async function metrics(): Promise<Response> {
    const shape = settings.metrics
    if (!shape) return json(200, services.stats())
    return jsonText(
      200,
      await ask('metrics', async () => toJSON(await shape(services.stats()), 'what metrics returns')),
    )
  }

  async function answer(request: Request, connect: Connect, host: Host): Promise<Response | undefined> {
    const { method } = request
    if (method === 'OPTIONS') return preflight(request)
    refuseWhenClosing()
    const url = new URL(request.url)
    const fixed = topicOf(url)
    // An address that stands for a topic is that, whatever its last word is.
    const action = fixed === undefined ? lastSegment(url) : ''
    if (method === 'POST') return post(request, action, host)
    if (method !== 'GET' && method !== 'HEAD') throw notHere(method)
    if (action === 'health') return json(200, { status: 'ok' })
    if (action === 'stats' || action === 'metrics') {
      await demand('canReadStats', await authenticate(request, host))
      return action === 'stats' ? json(200, services.stats()) : metrics()
    }
    if (method === 'HEAD') throw notHere(method)
    await stream(request, url, fixed, connect, host)
    return undefined
  }

  return async (request, connect, host = {}) => {
    let cors: Record<string, string> = {}
    let response: Response | undefined
    try {
      cors = corsHeaders(request, settings)
      response = await answer(
        request,
        (headers, events) => {
          for (const [name, value] of Object.entries(cors)) headers.set(name, value)
          if (settings.compress) setCoding(headers, request.headers.get('accept-encoding'), host.codings ?? [])
          return connect(headers, events)
        },
        host,
      )
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const code = error instanceof OwnRefusal ? 'refused' : error.code
      counters.errors[code] = (counters.errors[code] ?? 0) + 1
      response = refused(error)
    }
    if (response) for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
    // RFC 9110, 9.3.2.
    if (response && request.method === 'HEAD') return new Response(null, response)
    return response
  }
}
