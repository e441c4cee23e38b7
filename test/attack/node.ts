import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { type Site, sleep } from './site.ts'

export interface Server {
  readonly origin: string
  close(): Promise<unknown>
}

/** Starts the hostile server, in a thread of its own. @param page - The script of its page. */
export async function startServer(page = ''): Promise<Server> {
  const worker = new Worker(new URL('./server.ts', import.meta.url), { workerData: page })
  const [origin] = (await once(worker, 'message')) as [string]
  return { origin, close: () => worker.terminate() }
}

/** Samples of the event loop's delay, in ms. */
const RESOLUTION = 5
/** A collection leaves over what the next one takes. */
const COLLECTIONS = 4

/** The heap after a garbage collection, in MB. */
function createMeasure(): () => Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return async () => {
    for (let n = 0; n < COLLECTIONS; n++) {
      collect()
      await sleep(20)
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return (heapUsed + arrayBuffers) / (1 << 20)
  }
}

/**
 * Node's `fetch` throws where nobody can catch it if the server ends a connection whose response still waits for its reader, and that
 * response never ends (nodejs/undici#5360, seen in Node 24.21.0).
 */
const isOfNode = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AssertionError' && /Parser\.finish/.test(`${error.stack}`)

/**
 * Node as an attack sees it.
 * @param weighs - Measure memory: with a test runner in the same process, that means nothing.
 */
export function createSite(origin: string, limit: number, weighs: boolean): Site & { close(): void } {
  let errors: unknown[] = []
  let breaks = 0
  const note = (error: unknown): void => {
    errors.push(error)
    breaks += Number(isOfNode(error))
  }
  process.on('unhandledRejection', note).on('uncaughtException', note)
  // Node has no such function. What the client reports on purpose is no fault.
  const before = [globalThis.reportError, console.error, console.warn] as const
  globalThis.reportError = console.error = console.warn = () => {}
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  return {
    origin,
    limit,
    measure: weighs ? createMeasure() : async () => NaN,
    errors() {
      const taken = errors
      errors = []
      return taken
    },
    breaks: () => breaks,
    longest() {
      const { max } = delay
      delay.reset()
      return Math.max(max / 1e6 - RESOLUTION, 0)
    },
    close() {
      delay.disable()
      process.off('unhandledRejection', note).off('uncaughtException', note)
      ;[globalThis.reportError, console.error, console.warn] = before
    },
  }
}
