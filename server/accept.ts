import { createPaths, lastSegment, readStreamRequest } from './address.ts'
import type { Counters } from './counters.ts'
import type { Delivery } from './delivery.ts'
import { corsHeaders, json, preflight, Refusal, readBody, refused } from './http.ts'
import type { HubObservers } from './observers.ts'
import { expiryOf, type Principal } from './principal.ts'
import type { Publish, PublishRequest } from './publish.ts'
import type { Registry } from './registry.ts'
import type { HubSettings } from './settings.ts'
import type { HubStats } from './stats.ts'
import type { Connect, Streams } from './streams.ts'
import { changeTopics } from './subscriptions.ts'

/**
 * Answers a request. A stream is begun by `connect`, and then there is nothing to return; anything else is a Response.
 */
export type Accept = (request: Request, connect: Connect) => Promise<Response | undefined>

/** What of the hub can be had over HTTP. */
export interface Services {
  readonly publish: Publish<Record<string, unknown>>
  stats(): HubStats
  reset(): Promise<void>
  /** Once the hub is closing: in how many seconds to come back. */
  closing(): number | undefined
}

export function createAccept(
  settings: HubSettings,
  registry: Registry,
  delivery: Delivery,
  streams: Streams,
  counters: Counters,
  observers: HubObservers,
  services: Services,
): Accept {
  const { limits, origins } = settings
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
      return found && expiryOf(found) > settings.clock.now() ? found : undefined
    })
    if (principal) return principal
    throw new Refusal(401, 'unauthorized', 'sign in first', { 'www-authenticate': 'Bearer' })
  }

  const mayJoin = (principal: Principal) => (topic: string) =>
    ask('authorize', async () => Boolean(await settings.authorize(principal, topic)))

  async function demand(where: 'canReadStats' | 'canReset', principal: Principal): Promise<void> {
    if (await ask(where, () => settings[where](principal))) return
    throw new Refusal(403, 'forbidden', `this is not allowed to you; the option ${where} says who may`)
  }

  async function stream(request: Request, fixed: string | undefined, connect: Connect): Promise<void> {
    const asked = readStreamRequest(request)
    // Ahead of all that costs something.
    streams.admit({}, asked.topics)
    const principal = await authenticate(request)
    const allows = mayJoin(principal)
    const topics: string[] = []
    for (const topic of asked.topics) if (await allows(topic)) topics.push(topic)
    if (fixed !== undefined) {
      if (!(await allows(fixed))) throw new Refusal(403, 'forbidden', 'this is not allowed to you')
      if (!topics.includes(fixed)) topics.push(fixed)
    }
    const mayReadAll = await ask('canReadAll', async () => Boolean(await settings.canReadAll(principal)))
    refuseWhenClosing()
    streams.open(principal, { ...asked, topics }, mayReadAll, connect)
  }

  async function post(request: Request): Promise<Response> {
    const principal = await authenticate(request)
    if (lastSegment(request) === 'reset') {
      await demand('canReset', principal)
      await services.reset()
      return json(200, services.stats())
    }
    const body = await readBody(request, limits.body)
    if ('event' in body) return publish(principal, body)
    if ('clientId' in body)
      return json(200, await changeTopics(body, principal, settings, registry, delivery, streams, mayJoin(principal)))
    throw new Refusal(400, 'body', 'the body wants to have event (to publish) or clientId (to change topics)')
  }

  async function publish(principal: Principal, body: Readonly<Record<string, unknown>>): Promise<Response> {
    const message = body as unknown as PublishRequest
    if ('tenant' in body) throw new Refusal(400, 'target', 'the tenant is yours, and not to be said')
    if (!(await ask('canPublish', () => settings.canPublish(principal, message))))
      throw new Refusal(403, 'forbidden', 'you may not publish this; the option canPublish says who may')
    const { event, data, ...options } = message
    const tenant = principal.tenant === undefined ? {} : { tenant: principal.tenant }
    try {
      return json(200, await services.publish(event, data, { ...options, ...tenant }))
    } catch (error) {
      if (error instanceof TypeError) throw new Refusal(400, 'event', error.message)
      observers.tell('onError', error, 'log')
      throw new Refusal(503, 'log', 'the event could not be written down; nobody has had it', { 'retry-after': '5' })
    }
  }

  function refuseWhenClosing(): void {
    const seconds = services.closing()
    if (seconds !== undefined)
      throw new Refusal(503, 'closing', 'this server is stopping', { 'retry-after': `${seconds}` })
  }

  async function answer(request: Request, connect: Connect): Promise<Response | undefined> {
    const { method } = request
    if (method === 'OPTIONS') return preflight(request)
    if (method === 'GET' && lastSegment(request) === 'health') {
      refuseWhenClosing()
      return json(200, { status: 'ok' })
    }
    refuseWhenClosing()
    const fixed = topicOf(request)
    if (method === 'POST') return post(request)
    if (method !== 'GET')
      throw new Refusal(405, 'method', `there is GET and POST here, no ${method}`, { allow: 'GET, POST, OPTIONS' })
    if (fixed === undefined && lastSegment(request) === 'stats') {
      await demand('canReadStats', await authenticate(request))
      return json(200, services.stats())
    }
    await stream(request, fixed, connect)
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
