import { callSafely } from './errors.ts'

/** Runs a task now; but while another task runs, after that and after those that wait already. */
export type Queue = (task: () => void) => void

/**
 * Application code that is called in the middle of a change may change things again. With one queue for all such calls,
 * everybody hears of every change, in the order of the changes.
 */
export function createQueue(): Queue {
  const tasks: (() => void)[] = []
  return (task) => {
    if (tasks.push(task) > 1) return
    // The loop sees the tasks that are added meanwhile.
    for (const next of tasks) callSafely(next)
    tasks.length = 0
  }
}
