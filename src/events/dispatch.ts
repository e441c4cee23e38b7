import { isThenable, report, textOf } from '../base/errors.ts'
import { same } from '../base/same.ts'
import { type Parse, parsePayload } from './decode.ts'
import type { SSEEvent } from './event.ts'
import { notify, type Observers } from './observers.ts'
import { match, type Subscribers } from './router.ts'

export type Handler = (data: unknown, event: SSEEvent) => unknown

/** Decodes an event and calls its handlers. @returns What async handlers still do; a rejection is a failure. */
export type Dispatch = (
  type: string,
  raw: string,
  id: string,
  receivedAt: number,
  topic: string | undefined,
) => PromiseLike<unknown>[] | undefined

export interface DispatchOptions {
  readonly parse: Parse
  /** The name that an event is routed by. {@link same}: its own. */
  readonly type: (event: SSEEvent) => string
}

export function createDispatch(
  { parse, type: routeOf }: DispatchOptions,
  subscribers: Subscribers<Handler>,
  observers: Observers,
): Dispatch {
  const validate = typeof parse === 'function' ? parse.validate : undefined

  return (type, raw, id, receivedAt, topic) => {
    // By its own name the route is known before anything is decoded.
    let route = (routeOf as unknown) === same ? match(subscribers, type) : undefined
    if (route?.length === 0 && ![...observers].some((observer) => observer.onEvent)) return undefined
    const event: Mutable<SSEEvent> = { type, data: undefined, id, raw, receivedAt }
    if (topic) event.topic = topic
    try {
      event.data = parsePayload(parse, raw, type)
      if (!route) event.type = routeOf(event)
      if (validate) event.data = validate(event.data, event.type)
      // In here: a name that is no string is the fault of the option `type`.
      route ??= match(subscribers, event.type)
    } catch (error) {
      if (!notify(observers, 'onInvalid', { ...event, error }))
        report(Error(`event ${type}: ${textOf(error)}`, { cause: error }))
      return undefined
    }
    notify(observers, 'onEvent', event)
    let work: PromiseLike<unknown>[] | undefined
    for (const subscriber of route) {
      // An earlier handler may remove a later one.
      if (!subscribers.has(subscriber)) continue
      let result: unknown
      try {
        result = subscriber._handler(event.data, event)
        if (!isThenable(result)) continue
      } catch (error) {
        result = Promise.reject(error)
      }
      // The `then` of a foreign promise is called once, and what it throws is a rejection.
      const promise = Promise.resolve(result)
      promise.catch((error) => {
        if (!notify(observers, 'onHandlerError', error, event)) report(error)
      })
      work ??= []
      work.push(promise)
    }
    return work
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
