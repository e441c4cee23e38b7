/*
 * The next task of the event loop (HTML 8.1.7). Not a timer: browsers slow timers down in hidden pages, and hold nested ones
 * back.
 */

type Callback = () => void

interface Platform extends Partial<Pick<typeof globalThis, 'setImmediate' | 'MessageChannel'>> {
  setTimeout(callback: Callback): unknown
}

/** Runs callbacks in tasks of their own, in order. Its functions are taken at once: fake timers that come later stop no stream. */
export function createTasks({ setImmediate, MessageChannel, setTimeout }: Platform): (callback: Callback) => unknown {
  // In Node, where an open port would keep the process alive.
  if (setImmediate) return (callback) => setImmediate(callback)
  // React Native has neither.
  if (!MessageChannel) return (callback) => setTimeout(callback)
  const waiting: Callback[] = []
  let port: MessagePort | undefined
  return (callback) => {
    if (!port) {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => waiting.shift()?.()
      port = port2
    }
    waiting.push(callback)
    port.postMessage(0)
  }
}

const runLater = createTasks(globalThis)

/** Resolves in the next task. */
export const nextTask = (): Promise<void> => new Promise((resolve) => runLater(resolve))
