import { TIMER_MAX } from '../../src/base/clock.ts'
import type { Step } from '../script/step.ts'
import { checkSteps } from '../script/steps.ts'
import type { MockConnection } from './actions.ts'
import type { Mock } from './mock.ts'
import { act, isAction } from './play.ts'

/**
 * Does steps now, one after the other, to all streams that are open. `wait` waits in between.
 * @param pause - Waits so many milliseconds, or less; false: the rest is not wanted any more.
 * @returns How many streams it reached.
 * @throws TypeError, before anything is done, for a step that there is not and for one that answers a request; Error for one
 *   that comes at the wrong time.
 */
export async function perform(
  mock: Mock,
  steps: readonly Step[],
  pause: (ms: number) => Promise<boolean>,
): Promise<number> {
  const late = checkSteps(steps).find((step) => !isAction(step) && !('wait' in step))
  if (late) throw new TypeError(`${JSON.stringify(late)} answers a request: put it into a script, for the next one`)
  const reached = new Set<MockConnection>()
  for (const step of steps) {
    if ('wait' in step && !(await pause(Math.min(step.wait, TIMER_MAX)))) break
    if (!isAction(step)) continue
    for (const connection of mock.connections) reached.add(connection)
    await act(step, mock)
  }
  return reached.size
}
