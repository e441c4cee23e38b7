import type { Step } from '../script/step.ts'
import type { MockActions } from './actions.ts'
import { type Exchange, payloadOf } from './exchange.ts'

/** A step that can be done to a stream that is open. */
export type Action = Exclude<
  Step,
  { readonly wait: number } | { readonly open: object } | { readonly refuse: object } | { readonly redirect: string }
>

export const isAction = (step: Step): step is Action =>
  !('wait' in step || 'open' in step || 'refuse' in step || 'redirect' in step)

/**
 * Carries out a script on a connection, and leaves it open where the script does.
 * @param wait - Waits so many milliseconds.
 */
export async function play(
  steps: readonly Step[],
  exchange: Exchange,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (const step of steps) {
    await exchange.sent
    if (exchange.isOver) return
    if ('wait' in step) await wait(step.wait)
    else if ('open' in step) {
      if (step.open.delay) await wait(step.open.delay)
      exchange.open(step.open.headers)
    } else if ('refuse' in step) exchange.respond(step.refuse)
    else if ('redirect' in step) exchange.respond({ status: step.status ?? 307, headers: { location: step.redirect } })
    else act(step, exchange)
  }
  await exchange.sent
  exchange.open()
}

/** Does one step, to one stream or to all. */
export function act(step: Action, to: MockActions): Promise<void> {
  if ('send' in step) {
    const { event = 'message', data, text, ...options } = step.send
    return to.sendText(event, text ?? payloadOf(data), options)
  }
  if ('comment' in step) return to.comment(step.comment)
  if ('retry' in step) return to.retry(step.retry)
  if ('raw' in step) return to.raw(...[step.raw].flat())
  if ('introduce' in step) return to.introduce(step.introduce)
  if ('gap' in step) return to.gap(step.gap)
  if ('goodbye' in step) return to.goodbye(step.goodbye)
  if ('drop' in step) return to.drop()
  if ('end' in step) return to.end()
  return to.stall()
}
