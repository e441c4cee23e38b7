import type { Clock } from '../../src/index.ts'
import type { Replacer } from '../wire/encode.ts'
import { createConflator } from './conflate.ts'
import { type Message, type Published, toMessage } from './publish.ts'

/** The way of an event from the call until it is sent. */
export interface Intake {
  /** @throws TypeError for a name, options or data that cannot be sent. */
  check(type: unknown, data: unknown, options: unknown): Message
  /** Sends an event that was checked. One that its window holds back waits. */
  send(message: Message): Promise<Published>
  /** Drops what waits. */
  reset(): void
  /** Sends what waits, and holds nothing back from now on. @returns Resolves when that was sent; undefined if nothing waited. */
  close(): Promise<unknown> | undefined
}

export function createIntake(
  { clock, replacer }: { readonly clock: Clock; readonly replacer?: Replacer | undefined },
  sendNow: (message: Message) => Promise<Published>,
): Intake {
  const { send, reset, close } = createConflator(clock, sendNow)
  return {
    check: (type, data, options) => toMessage(type, data, options, clock.now(), replacer),
    send,
    reset,
    close,
  }
}
