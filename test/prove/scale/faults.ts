import { until } from '../until.ts'
import type { RedisServer } from './server.ts'

/*
 * What is done to a Redis. Each rejects if nothing has happened.
 */

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export async function restart(server: RedisServer): Promise<void> {
  await server.kill()
  await server.start()
}

export async function freeze(server: RedisServer, ms: number): Promise<void> {
  server.freeze()
  await sleep(ms)
  server.thaw()
}

/** @param type - As `CLIENT KILL` has it. */
export async function cut(server: RedisServer, type: string): Promise<void> {
  if (!(await server.ask('CLIENT', 'KILL', 'TYPE', type))) throw Error(`no connections of type ${type} to cut`)
}

/** In milliseconds. */
const ASK_AGAIN = 3000

/** Waits until another server is what this one was. @param ask - Asks for that, again and again: it may be refused. */
export async function takenOver(
  old: RedisServer,
  current: () => Promise<RedisServer | undefined>,
  ask: () => Promise<unknown> = async () => {},
): Promise<void> {
  let askedAt = -Infinity
  await until(`a server that takes over from ${old.port}`, async () => {
    const server = await current()
    if (server && server !== old) return true
    // Asked too soon, it begins again.
    if (Date.now() - askedAt > ASK_AGAIN) {
      askedAt = Date.now()
      await ask().catch(() => {})
    }
    return false
  })
}

/** A little less memory than is used: some of the log's keys go. */
export async function evict(server: RedisServer): Promise<void> {
  const figure = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(`${await server.ask('INFO')}`)?.[1])
  const before = await figure('evicted_keys')
  await server.ask('CONFIG', 'SET', 'maxmemory', `${(await figure('used_memory')) - 20_000}`)
  await sleep(300)
  await server.ask('CONFIG', 'SET', 'maxmemory', '0')
  if (!((await figure('evicted_keys')) > before)) throw Error('no key was evicted')
}
