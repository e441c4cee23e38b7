import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createChildren, type Running } from './children.ts'

/*
 * The API server's process: started, killed on request and started again on the same port with the same log; or replaced by
 * another that takes over the log, while the first sends its clients there.
 */

export interface Api {
  /** The process that answers the next request. Undefined while there is none. */
  next(): Serving | undefined
  /** Where there are several processes. */
  readonly fleet?: Fleet
  /** One is being killed or replaced just now. */
  readonly busy: boolean
  /**
   * Kills a process and starts another in its place.
   * @param downFor - In milliseconds: this process does not answer meanwhile. Default: 2000.
   * @param number - Which. Default: the first.
   */
  restart(downFor?: number, number?: number): Promise<void>
  /** Starts another process, and drains the one there is, if it lives. Resolves once the new one is in service. */
  replace(): Promise<void>
  stop(): Promise<void>
}

interface Serving {
  readonly port: number
}

/** Several processes of the API server, which share a log. */
export interface Fleet {
  /** How many there are, those that are being restarted included. */
  readonly size: number
  /** Those that are in service. */
  serving(): readonly (Serving & { readonly number: number })[]
  /** The process that publishes. */
  readonly shop: Serving
}

export const ENTRY = fileURLToPath(new URL('../server/main.ts', import.meta.url))
/** For how long nobody answers: longer than the client's first wait, so that it meets a closed door. */
export const DOWN_FOR = 2000

/**
 * @param secret - The key that signs tokens.
 * @param crashed - Called when a process has ended by itself, and will not be back.
 * @param entry - The program of the process. Default: the demo's API server.
 */
export async function startApi(secret: string, crashed: (error: Error) => void, entry = ENTRY): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-demo-'))
  // At the very end, whatever ends this process: the log is of no use to anybody else.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const env = { ...process.env, HEADWATER_DEMO_SECRET: secret }
  const children = createChildren({ entry, args: [join(folder, 'events')], env, crashed })
  let current = await children.start(0)
  let acts = 0

  /** One after another. */
  let turn: Promise<unknown> = Promise.resolve()
  function alone(act: () => Promise<Running>): Promise<void> {
    acts++
    const done = turn.then(act).then((next) => {
      current = next
    })
    turn = done.catch(() => {}).finally(() => acts--)
    return done
  }

  return {
    next: () => ({ port: current.port }),
    get busy() {
      return acts > 0
    },
    restart: (downFor = DOWN_FOR) =>
      alone(async () => {
        await children.kill(current.child)
        await sleep(downFor)
        return children.start(current.port)
      }),
    replace: () =>
      alone(async () => {
        const { child } = current
        // After a start that has failed there is none to drain.
        if (!children.isAlive(child)) return children.start(0)
        // Two must never write to the log: the old one says that it has stopped before the new one opens it.
        await children.ask(child, 'hand over')
        const next = await children.start(0)
        // From now on its end is wanted. Clients that it asks to come back are led to the new one.
        children.dismiss(child)
        child.send('drain')
        return next
      }),
    stop: children.killAll,
  }
}
