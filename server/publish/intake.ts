import type { Clock } from '../../src/index.ts'
import type { Principal } from '../audience/principal.ts'
import type { Replacer } from '../wire/encode.ts'
import { Conflator } from './conflate.ts'
import { createLine } from './line.ts'
import { checkEvent, type Message, type Terms, toMessage } from './message.ts'
import type { Published } from './publish.ts'
import { createFit, type HubSchemas } from './schemas.ts'

/** The way of an event from the call until it is sent. */
export interface Intake {
  /**
   * Checks an event, and makes of it what is sent: a promise if its schema answers with one.
   * @throws TypeError for a name, options or data that cannot be sent. InvalidEventError or SchemaError if that is the schema's word;
   *   the promise rejects with these too.
   * @param principal - The user who publishes it over HTTP.
   */
  check(type: unknown, data: unknown, options: unknown, principal?: Principal): Message | Promise<Message>
  /** Sends an event, after all that came before it. One that its window holds back waits. */
  send(message: Message | Promise<Message>): Promise<Published>
  /** Drops what a window holds back. */
  reset(): void
  /**
   * Sends what a window holds back, and lets no window hold anything from now on.
   * @returns Resolves when that was sent; undefined if nothing was held.
   */
  close(): Promise<unknown> | undefined
}

/** The options of a hub that events pass by. */
interface Settings {
  readonly clock: Clock
  readonly schemas: HubSchemas
  readonly replacer?: Replacer | undefined
}

export function createIntake(
  { clock, schemas, replacer }: Settings,
  sendNow: (message: Message) => Promise<Published>,
): Intake {
  const fitData = createFit(schemas, clock)
  const conflator = new Conflator(clock, sendNow)

  function make(terms: Terms, data: unknown, at: number, principal: Principal | undefined): Message {
    const message = toMessage(terms, data, at, replacer)
    return principal ? { ...message, principal } : message
  }

  return {
    check(type, data, options, principal) {
      const terms = checkEvent(type, options)
      const at = clock.now()
      const fitted = fitData(terms.type, data)
      if (fitted instanceof Promise) return fitted.then((late) => make(terms, late.data, at, principal))
      return make(terms, fitted.data, at, principal)
    },
    send: createLine((message: Message) => conflator.send(message)),
    reset: () => conflator.reset(),
    close: () => conflator.close(),
  }
}
