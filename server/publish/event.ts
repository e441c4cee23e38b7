import type { Address } from '../audience/target.ts'
import type { LogRecord } from '../log/log.ts'

/** An event as the functions of the application see it: `filter`, and the listeners of `hub.on`. */
export interface HubEvent {
  readonly type: string
  /** The payload as the client will see it: what JSON makes of what was published. */
  readonly data: unknown
  /** '' for a volatile event. */
  readonly id: string
  /** The topic or the resource that it was published to. */
  readonly topic: string | undefined
  /** Its target. `{}` is everyone. User ids may be in it: send none of it to clients. */
  readonly target: Address
  /** When it was published, in epoch milliseconds. */
  readonly at: number
}

/** Decodes and copies only what is read, and that once: most filters look at the type alone. */
export function hubEvent({ type, json, to, at }: LogRecord, id: string): HubEvent {
  let data: { readonly value: unknown } | undefined
  let target: Address | undefined
  return {
    type,
    id,
    topic: to.topic ?? to.resource,
    at,
    get data() {
      data ??= { value: JSON.parse(json) }
      return data.value
    },
    get target() {
      // A copy: what a function does to it must not change who is sent the event in a replay.
      target ??= structuredClone(to)
      return target
    },
  }
}
