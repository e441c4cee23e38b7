import { soon } from './clock.ts'
import { type Cursor, isOurs } from './cursor.ts'
import { parseText, validate } from './decode.ts'
import { report } from './errors.ts'
import type { SSEEvent } from './event.ts'
import type { Heartbeat } from './heartbeat.ts'
import { createLedger } from './ledger.ts'
import type { Gap, Observers, Opened } from './observers.ts'
import { type Control, RESERVED, readControl } from './protocol.ts'
import type { Router } from './router.ts'
import type { Settings } from './settings.ts'
import type { Topics } from './topics.ts'

export type Handler = (data: unknown, event: SSEEvent) => unknown

const NOTHING: Control = {}

/** How long a connection stays after a `goodbye`, at least. */
const GOODBYE_MIN = 1000

/** From what a transport reports to the handlers: cursor, repeats, the server's own events, decoding, routes. */
export interface Delivery {
  /** A connection opened, which had asked to resume from `requested`. */
  opened(attempt: number, requested: string): void
  id(id: string): void
  event(type: string, raw: string, id: string | undefined, topic?: string): void
  /** Events were lost, or may have been. */
  gap(gap: Pick<Gap, 'reason'> & Partial<Gap>): void
}

export function createDelivery(
  { parse, type: routeOf, events, commit }: Settings,
  cursor: Cursor,
  router: Router<Handler>,
  observers: Observers,
  heartbeat: Heartbeat,
  topics: Topics,
): Delivery {
  const { tell } = observers
  const schemas = new Map(Object.entries(events))
  const ledger = commit === 'handled' ? createLedger(cursor.handled) : undefined
  /** What the handlers of the event at hand still do, where that counts. */
  let work: Promise<unknown>[] = []
  /** Nothing has come on this connection yet. */
  let first = true
  /** This connection's server, or until it has spoken the last one's, has introduced itself. */
  let introduced = false
  /** Tells `onOpen` of an opening that it has not been told of, since the server's word on it was still to come. */
  let tellOpened: ((recovered?: Opened['recovered']) => void) | undefined
  let hadOpened = false
  /** What a `ping` said of the next event, for transports that hear no comments. They may not hear that event either. */
  let announced = NOTHING
  /** The id of the block at hand lies behind the cursor. */
  let behind = false

  function gap(gap: Pick<Gap, 'reason'> & Partial<Gap>): void {
    // It may have been the very event that was announced.
    announced = NOTHING
    // What came before it is accounted for.
    if (gap.reason === 'refused') hadOpened = false
    tell('onGap', { certain: true, requested: '', resumedFrom: cursor.id, topics: ['*'], ...gap })
  }

  function deliver(type: string, raw: string, topic: string | undefined): void {
    const { watched } = observers
    // By its own name the route is known before anything is decoded.
    const route = routeOf ? undefined : router.match(type)
    if (!watched && route?.length === 0) return
    const event: Mutable<SSEEvent> = { type, data: undefined, id: cursor.id, raw, receivedAt: heartbeat.heardAt }
    if (topic) event.topic = topic
    try {
      event.data = parseText(parse, raw, type)
      if (routeOf) event.type = routeOf(event)
      const schema = schemas.size ? schemas.get(event.type) : undefined
      if (schema) event.data = validate(schema, event.data)
    } catch (error) {
      if (!tell('onInvalid', { ...event, error }))
        report(Error(`event ${type} cannot be decoded: ${error}`, { cause: error }))
      return
    }
    if (watched) tell('onEvent', event)
    for (const subscriber of route ?? router.match(event.type)) {
      if (!subscriber.active) continue
      try {
        const result = subscriber.handler(event.data, event)
        if (!(result instanceof Promise)) continue
        result.catch((error) => handlerFailed(error, event))
        if (ledger) work.push(result)
      } catch (error) {
        handlerFailed(error, event)
        if (ledger) work.push(Promise.reject(error))
      }
    }
  }

  function handlerFailed(error: unknown, event: SSEEvent): void {
    if (!tell('onHandlerError', error, event)) report(error)
  }

  /** A reserved event, once the server has introduced itself with the first of them. */
  function obey(type: string, control: Control): void {
    const introduction = type === 'connected'
    if (introduction) heartbeat.announce(control.heartbeatMs)
    if (introduction || type === 'subscribed') topics.told(introduction, control)
    // At once is too soon: a server that greets everybody with it must not be stormed.
    if (type === 'goodbye')
      heartbeat.leave(heartbeat.heardAt + Math.max(Number(control.reconnectInMs) || 0, GOODBYE_MIN))
    if (type === 'gap') gap({ ...control, reason: `${control.reason}` })
  }

  return {
    gap,
    opened(attempt, requested) {
      first = true
      behind = false
      announced = NOTHING
      cursor.opened()
      ledger?.restart()
      topics.opened()
      tellOpened = (recovered = requested ? 'unknown' : false) => {
        tellOpened = undefined
        const lost = hadOpened && !requested && !introduced
        hadOpened = true
        tell('onOpen', { attempt, recovered })
        if (lost) gap({ reason: 'no-id', certain: false })
      }
      // A server that introduces itself says at once whether it resumed. Its word is waited for, as a guess would
      // make a page load everything again; from any other server it never comes.
      if (!introduced && !isOurs(requested)) tellOpened()
    },
    id(id) {
      behind = !cursor.commit(id)
      // The event that follows at once, if there is one, enters ahead of this.
      if (ledger) soon(() => ledger.enter(cursor.id, []))
    },
    event(type, raw, id, topic = type === announced.event ? announced.topic : undefined) {
      announced = NOTHING
      if (first) {
        first = false
        const control = type === 'connected' ? readControl(raw) : {}
        introduced = control.v !== undefined
        if (introduced) cursor.trust()
        tellOpened?.(introduced ? control.recovered : undefined)
      }
      const control = introduced && RESERVED.includes(type) ? readControl(raw) : undefined
      if (control?.topic) announced = control
      // By convention, whoever sends it; but what only announces an event keeps no rhythm.
      else if (type === 'ping') heartbeat.beat()
      if (control) obey(type, control)
      else if (id === undefined || !(behind || cursor.repeats(type, raw)))
        deliver(type, raw, introduced ? topic : undefined)
      ledger?.enter(cursor.id, work)
      if (work.length) work = []
    },
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
