import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { JobRun } from './job.ts'

/** A worker's messages: how far it is, as often as it wants, and at the end its result. */
export type WorkerMessage<P, R> = { readonly progress: P } | { readonly result: R }

/**
 * Runs each job in a thread of its own, so that a long computation does not hold up the streams.
 *
 * In the worker `workerData` is the task. It posts {@link WorkerMessage}: `parentPort.postMessage({ progress })` and, at the end,
 * `parentPort.postMessage({ result })`. The thread is stopped then, and also when the job is cancelled. If it throws, exits or runs out of
 * memory before, the job has failed.
 *
 * @param options - Those of `new Worker()`; `resourceLimits` bounds its memory.
 */
export function workerRunner<T, P, R>(
  url: string | URL,
  options: Omit<WorkerOptions, 'workerData'> = {},
): JobRun<T, P, R> {
  return ({ task }, report, signal) =>
    new Promise<R>((resolve, reject) => {
      const worker = new Worker(url, { ...options, workerData: task })
      const stop = (): void => void worker.terminate()
      signal.addEventListener('abort', stop, { once: true })
      worker.on('message', (message: WorkerMessage<P, R> | null | undefined) => {
        if (typeof message === 'object' && message && 'progress' in message) return report(message.progress)
        if (typeof message === 'object' && message && 'result' in message) resolve(message.result)
        else reject(new TypeError('the worker posted neither { progress } nor { result }'))
        stop()
      })
      worker.on('error', reject)
      worker.on('messageerror', reject)
      // Comes last and always comes, also for a thread that ran out of memory or was stopped.
      worker.on('exit', (code) => {
        signal.removeEventListener('abort', stop)
        reject(new Error(`the worker stopped with code ${code}, without a result`))
      })
    })
}
