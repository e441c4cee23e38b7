import { expiryOf, type Principal } from '../audience/principal.ts'
import { composeTopics } from '../audience/topic.ts'
import { EARLIEST } from '../log/cursor.ts'
import type { HubStats } from '../observe/stats.ts'
import type { Intake } from '../publish/intake.ts'
import { checkEvent, type Published, type PublishRequest } from '../publish/publish.ts'
import type { Parts } from '../streams/parts.ts'
import { allowedOf } from '../streams/request.ts'
import type { Connect } from '../streams/streams.ts'
import { changeTopics } from '../streams/subscriptions.ts'
import { Refusal } from '../wire/refusal.ts'
import { createPaths, lastSegment, readStreamRequest } from './address.ts'
import { json, readBody, refused } from './body.ts'
import { corsHeaders, preflight } from './cors.ts'
import { blameOf, checkPosted, grantOf, refusalOf } from './posted.ts'

/**
 * Answers a request. A stream is begun by `connect`, and then there is nothing to return; anything else is a Response.
 */
export type Accept = (request: Request, connect: Connect) => Promise<Response | undefined>

/** What of the hub can be had over HTTP. */
export interface Services {
  readonly intake: Intake
  stats(): HubStats
  reset(): Promise<void>
  /** Once the hub is closing: in how many seconds to come back. */
  closing(): number | undefined
}

export function createAccept(parts: Parts, services: Services): Accept {
  const { settings, streams, counters, observers } = parts
  const { clock, limits, origins } = settings
  const topicOf = createPaths(settings.paths)

  /** Asks a function of the application's. What it throws is not told to the client, who is to come again. */
  async function ask<T>(where: string, question: () => T | Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      observers.tell('onError', error, where)
      throw new Refusal(500, 'internal', 'the server has failed; it may do better later')
    }
  }

  async function authenticate(request: Request): Promise<Principal> {
    const principal = await ask('authenticate', async () => {
      const found = await settings.authenticate(request)
      return found && expiryOf(found) > clock.now() ? found : undefined
    })
    if (principal) return principal
    throw new Refusal(401, 'unauthorized', 'sign in first', { 'www-authenticate': 'Bearer' })
  }

  // All at once: a hundred look-ups must not wait for each other. Of those that throw, the first is reported.
  const mayJoin = (principal: Principal) => (topics: readonly string[]) =>
    ask('authorize', () =>
      Promise.all(topics.map(async (topic) => Boolean(await settings.authorize(principal, topic)))),
    )

  async function demand(where: 'canReadStats' | 'canReset', principal: Principal): Promise<void> {
    if (await ask(where, () => settings[where](principal))) return
    throw new Refusal(403, 'forbidden', `this is not allowed to you; the option ${where} says who may`)
  }

  function refuseWhenClosing(): void {
    const seconds = services.closing()
    if (seconds !== undefined)
      throw new Refusal(503, 'closing', 'this server is stopping', { 'retry-after': `${seconds}` })
  }

  async function stream(request: Request, url: URL, fixed: string | undefined, connect: Connect): Promise<void> {
    const asked = readStreamRequest(url, request.headers, limits.topics - (fixed === undefined ? 0 : 1))
    streams.admit()
    const principal = await authenticate(request)
    const also = fixed === undefined || asked.topics.includes(fixed) ? [] : [fixed]
    const topics = await allowedOf([...asked.topics, ...also], mayJoin(principal), asked.denials)
    if (fixed !== undefined && !topics.includes(fixed))
      throw new Refusal(403, 'forbidden', 'this is not allowed to you')
    const mayReadAll =
      asked.requested === EARLIEST &&
      (await ask('canReadAll', async () => Boolean(await settings.canReadAll(principal))))
    refuseWhenClosing()
    streams.open(principal, { ...asked, topics, fixed }, mayReadAll, connect)
  }

  async function post(request: Request, action: string): Promise<Response> {
    const principal = await authenticate(request)
    if (action === 'reset') {
      await demand('canReset', principal)
      await services.reset()
      return json(200, services.stats())
    }
    const body = await readBody(request, limits.body)
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
      const message = services.intake.check(event, data, target)
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
      observers.tell('onError', error, 'log')
      const what = 'the event could not be written down; nobody has had it'
      throw new Refusal(503, 'log', what, { 'retry-after': '5' })
    })
  }

  async function answer(request: Request, connect: Connect): Promise<Response | undefined> {
    const { method } = request
    if (method === 'OPTIONS') return preflight(request)
    refuseWhenClosing()
    const url = new URL(request.url)
    const fixed = topicOf(url)
    // An address that stands for a topic is that, whatever its last word is.
    const action = fixed === undefined ? lastSegment(url) : ''
    if (method === 'POST') return post(request, action)
    if (method !== 'GET')
      throw new Refusal(405, 'method', `there is GET and POST here, no ${method}`, { allow: 'GET, POST, OPTIONS' })
    if (action === 'health') return json(200, { status: 'ok' })
    if (action === 'stats' || action === 'metrics') {
      await demand('canReadStats', await authenticate(request))
      return json(200, services.stats())
    }
    await stream(request, url, fixed, connect)
    return undefined
  }

  return async (request, connect) => {
    let cors: Record<string, string> = {}
    let response: Response | undefined
    try {
      cors = corsHeaders(request, origins)
      response = await answer(request, (headers, events) => {
        for (const [name, value] of Object.entries(cors)) headers.set(name, value)
        return connect(headers, events)
      })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      counters.errors[error.code] = (counters.errors[error.code] ?? 0) + 1
      response = refused(error)
    }
    if (response) for (const [name, value] of Object.entries(cors)) response.headers.set(name, value)
    return response
  }
}
