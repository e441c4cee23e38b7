import { checkOrder } from './order.ts'
import { quote } from './quote.ts'
import type { Script, Step } from './step.ts'
import { checkSteps } from './steps.ts'

/**
 * The lists for the first requests, and the list for each one after them.
 * @throws TypeError that names the step and what there is instead.
 */
export function checkScript(script: Script): { readonly first: (readonly Step[])[]; readonly each?: readonly Step[] } {
  if (!Array.isArray(script)) throw new TypeError(`${quote(script)} is no script: a list of steps, or of such lists`)
  const isList = (part: unknown): part is readonly Step[] => Array.isArray(part)
  const parts: readonly unknown[] = script
  if (parts.length && !parts.some(isList)) return { first: [], each: checkOrder(checkSteps(script as readonly Step[])) }
  return { first: parts.map((part) => checkOrder(checkSteps(part as readonly Step[]))) }
}

/** The rest of a script for a request that resumes behind one of its events. */
export function resumed(steps: readonly Step[], lastEventId: string): readonly Step[] {
  const place = steps.map((step) => ('send' in step ? step.send.id : undefined)).lastIndexOf(lastEventId)
  if (!lastEventId || place < 0) return steps
  // How the stream opens is the same each time.
  const opening = steps.slice(0, place).filter((step) => 'open' in step || 'introduce' in step)
  return [...opening, ...steps.slice(place + 1)]
}
