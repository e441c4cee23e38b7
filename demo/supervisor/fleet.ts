import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, DOWN_FOR, ENTRY } from './api.ts'
import { createChildren, type Running } from './children.ts'
import type { OwnRedis } from './redis.ts'

/*
 * Several processes of the API server behind one address, with a log in Redis. One more process is the shop: it publishes, as a
 * worker of an application would, and has no streams. Any of the others may be killed at any moment.
 */

/** The number of the process that publishes. */
const SHOP = 0

export interface FleetOptions {
  readonly secret: string
  readonly redis: OwnRedis
  /** How many processes have streams. */
  readonly processes: number
  /** Called when a process has ended by itself. */
  crashed(error: Error): void
}

export async function startFleet({ secret, redis, processes, crashed }: FleetOptions): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-demo-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const env = { ...process.env, HEADWATER_DEMO_SECRET: secret, HEADWATER_DEMO_REDIS: redis.path }
  const children = createChildren({ entry: ENTRY, args: [join(folder, 'shop')], env, crashed })
  // First: it writes the table of orders, from which the others begin.
  const shop = await children.start(0, SHOP)
  const numbers = Array.from({ length: processes }, (_, index) => index + 1)
  /** By number. A process that is killed is not among them until there is another in its place. */
  const running = new Map<number, Running>()
  await startAll()
  let turns = 0
  let acts = 0

  async function startAll(): Promise<void> {
    await Promise.all(numbers.map(async (number) => running.set(number, await children.start(0, number))))
  }

  async function act(change: () => Promise<void>): Promise<void> {
    acts++
    await change().finally(() => acts--)
  }

  return {
    next: () => [...running.values()][turns++ % running.size],
    fleet: { size: processes, shop, serving: () => [...running].map(([number, { port }]) => ({ number, port })) },
    get busy() {
      return acts > 0
    },
    restart: (downFor = DOWN_FOR, number = 1) =>
      act(async () => {
        const found = running.get(number)
        if (!found) return
        running.delete(number)
        await children.kill(found.child)
        await sleep(downFor)
        running.set(number, await children.start(0, number))
      }),
    // All the new ones first: a client that an old one sends away would else be sent away again.
    replace: () =>
      act(async () => {
        const old = [...running.values()]
        await startAll()
        for (const { child } of old) {
          children.dismiss(child)
          child.send('drain')
        }
      }),
    async stop() {
      await children.killAll()
      redis.stop()
    },
  }
}
