import { setTimeout as sleep } from 'node:timers/promises'

/** For what should come, in milliseconds. */
const PATIENCE = 30_000

/** Waits until `look` returns something. @throws Error that names what did not come. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  patience = PATIENCE,
): Promise<T> {
  const end = Date.now() + patience
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw Error(`${what} did not come within ${patience / 1000} s`)
    await sleep(20)
  }
}
