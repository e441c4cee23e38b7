import type { MockRequest } from '../request/request.ts'
import type { Plan } from '../script/plan.ts'
import { Exchange } from './exchange.ts'
import { play } from './play.ts'
import { answerPost } from './post.ts'
import type { Replay } from './replay.ts'
import type { Streams } from './streams.ts'
import { welcome } from './welcome.ts'
import type { Wire } from './wire.ts'

/** The sources of a mock's answers. */
export interface Parts {
  readonly plan: Plan
  readonly streams: Streams
  /** The events that were sent; undefined if nothing is kept. */
  readonly log: Replay | undefined
  /** Whether a stream that is left to the test begins with `connected`. */
  readonly introduces: boolean
}

/**
 * Answers a request: with the script that is next, to what a client posts beside its stream, or with a stream that is left to the
 * test.
 * @param clientId - The name of this connection.
 */
export function receive(request: MockRequest, wire: Wire, clientId: string, parts: Parts): Exchange {
  const { plan, streams, log, introduces } = parts
  const { introduction, isUnknown, missed } = welcome(request, clientId, log, introduces)
  const exchange = new Exchange(request, wire, introduction, {
    opened: (opened) => streams.opened(opened),
    ending: (ending) => streams.ending(ending),
    nextId: () => log?.nextId(),
    sent: (event) => log?.add(event),
  })
  streams.add(exchange)

  const posted = plan.isQueued ? undefined : answerPost(request, streams.open)
  const steps = posted ? undefined : plan.take(request.lastEventId)
  if (posted) exchange.respond(posted)
  else if (steps)
    play(steps, exchange, (ms) => wire.wait(ms)).catch((error) => {
      // A header that cannot be sent, say: the author of the script must hear of it, and the client must not hang.
      exchange.drop()
      throw error
    })
  else {
    exchange.open()
    if (introduces) exchange.introduce()
    if (introduces && isUnknown) exchange.gap({ reason: 'unknown-cursor' })
    for (const { type, text, options } of missed) exchange.sendText(type, text, options)
  }
  return exchange
}
