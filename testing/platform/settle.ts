import { next } from '../../src/base/task.ts'
import { builtin } from './builtins.ts'

/**
 * One turn of the event loop, and with it every promise that is ready; of a client that delivers a burst in several turns, all
 * of them.
 */
export async function settle(): Promise<void> {
  do await turn()
  while (next)
}

/** The next task. A message and not a timer: browsers hold nested timers back, and fake timers replace them. */
export function turn(): Promise<void> {
  const { MessageChannel } = globalThis.MessageChannel ? globalThis : builtin('node:worker_threads')
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
