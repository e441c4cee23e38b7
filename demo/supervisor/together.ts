import type { StreamCount } from '../shared/events.ts'
import type { Fleet } from './api.ts'

/* Requests to all processes at once, as a fault is a fault of the whole service, and streams are counted over all. */

const addressOf = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`

/** Causes a fault in each process. @returns The status of the answer: 502 while there is none. */
export async function causeInAll({ serving }: Fleet, path: string): Promise<number> {
  const answers = await Promise.all(serving().map(({ port }) => fetch(addressOf(port, path), { method: 'POST' })))
  return answers[0]?.status ?? 502
}

/** How many streams there are, and which process has them. A process that is killed meanwhile has none. */
export async function countInAll({ serving, size }: Fleet, path: string): Promise<StreamCount> {
  const counted = await Promise.all(
    serving().map(async ({ port, number }) => {
      const { streams }: StreamCount = await fetch(addressOf(port, path)).then(
        (response) => response.json(),
        () => ({ streams: 0 }),
      )
      return { streams, number }
    }),
  )
  const streams = counted.reduce((sum, each) => sum + each.streams, 0)
  const process = counted.find((each) => each.streams > 0)?.number
  return { streams, ...(process !== undefined && { process }), processes: size }
}
