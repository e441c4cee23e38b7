import { parentPort, workerData } from 'node:worker_threads'
import type { WorkerMessage } from 'headwater/server/node'
import type { Progress, Result, Task } from './events.ts'

/*
 * A thread of its own for each job: a computation on the main thread would hold up every stream. An error ends it.
 */

/** How often it tells how far it is. */
const TIMES = 10

const { limit }: Task = workerData
if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit must be a whole number from 1, got ${limit}`)

const post = (message: WorkerMessage<Progress, Result>): void => parentPort?.postMessage(message)

let primes = 0
let told = 0
for (let n = 2; n < limit; n++) {
  if (isPrime(n)) primes++
  if (n / limit < (told + 1) / TIMES) continue
  told++
  post({ progress: { done: n, total: limit } })
}
post({ result: { primes } })

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
}
