import { checkOrder } from './order.ts'
import { checkScript, resumed } from './script.ts'
import type { Script, Step } from './step.ts'
import { checkSteps } from './steps.ts'

/** The scripts of a mock: one for each of the next requests, and one for each request after them. */
export class Plan {
  #first: (readonly Step[])[]
  #each: readonly Step[] | undefined

  /** @throws TypeError that names the step and what there is instead. */
  constructor(script: Script) {
    const { first, each } = checkScript(script)
    this.#first = first
    this.#each = each
  }

  /** Whether a script waits for the next request. */
  get isQueued(): boolean {
    return this.#first.length > 0
  }

  /** @throws TypeError that names the step and what there is instead. */
  add(steps: readonly Step[]): void {
    this.#first.push(checkOrder(checkSteps(steps)))
  }

  /** Takes the steps for a request that resumes behind this id; undefined: there are none, and its stream is left to the test. */
  take(lastEventId: string): readonly Step[] | undefined {
    return this.#first.shift() ?? (this.#each && resumed(this.#each, lastEventId))
  }

  clear(): void {
    this.#first = []
    this.#each = undefined
  }
}
