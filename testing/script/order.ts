import { afterSending, type Beginning, type Kind } from './beginning.ts'
import { quote } from './quote.ts'
import type { Step } from './step.ts'

/**
 * Checks that a script sends nothing at the wrong time, which would fail only in the middle of a request.
 * @throws TypeError that names the step and what to begin with.
 */
export function checkOrder(steps: readonly Step[]): readonly Step[] {
  let beginning: Beginning = 'silent'
  for (const step of steps) {
    const kind = kindOf(step)
    if (!kind) continue
    const next = afterSending(kind, beginning)
    if (!next) throw new TypeError(`${quote(step)}: ${kind === 'introduction' ? FIRST : UNBELIEVED}`)
    beginning = next
  }
  return steps
}

const FIRST = 'introduce comes first, or not at all'
const UNBELIEVED = 'clients believe that only of a stream that begins with { introduce: {} }'

/** Undefined: it sends no event. */
function kindOf(step: Step): Kind | undefined {
  if ('introduce' in step) return 'introduction'
  if ('gap' in step || 'goodbye' in step) return 'notice'
  return 'send' in step || 'raw' in step ? 'event' : undefined
}
