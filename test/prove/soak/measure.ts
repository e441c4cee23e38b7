import { setTimeout as sleep } from 'node:timers/promises'
import { queryObjects, setFlagsFromString } from 'node:v8'
import type { Sample } from './verdict.ts'

/*
 * What this process holds.
 */

/** What a finalizer lets go of, the next collection finds. */
const COLLECTIONS = 4

// What has not run for some collections loses its code, which would look as if a leak had become smaller.
setFlagsFromString('--no-flush-bytecode')

type Class = abstract new (...args: never[]) => object

/** @param classes - Of these, the objects that are alive are counted. */
export async function measure(
  done: number,
  classes: readonly Class[],
  held: Readonly<Record<string, number>>,
): Promise<Sample> {
  const { gc } = globalThis
  if (!gc) throw Error('wants node --expose-gc')
  for (let times = 0; times < COLLECTIONS; times++) {
    gc()
    await sleep(20)
  }
  // Outside of the heap are the buffers.
  const { heapUsed, external } = process.memoryUsage()
  return { done, bytes: heapUsed + external, counts: { ...held, ...countProcess(), ...countObjects(classes) } }
}

function countProcess(): Record<string, number> {
  const resources = process.getActiveResourcesInfo()
  const listeners = process.eventNames().map((name) => process.listenerCount(name))
  return {
    sockets: resources.filter((name) => name.startsWith('TCP')).length,
    timers: resources.filter((name) => name === 'Timeout').length,
    'listeners of the process': listeners.reduce((sum, count) => sum + count, 0),
  }
}

const countObjects = (classes: readonly Class[]): Record<string, number> =>
  Object.fromEntries(
    classes.map((each) => [each.name, Number(queryObjects(each as Class & (new () => object), { format: 'count' }))]),
  )
