import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/*
 * The API server's process: started, killed on request and started again on the same port with the same log; or replaced by
 * another that takes over the log, while the first sends its clients there.
 */

export interface Api {
  /** Of the process that is in service. */
  readonly port: number
  /** It is being killed or replaced just now. */
  readonly busy: boolean
  /** Kills the process and starts another in its place. @param downFor - In milliseconds: nobody answers meanwhile. Default: 2000. */
  restart(downFor?: number): Promise<void>
  /** Starts another process, and drains the one there is. Resolves once the new one is in service. */
  replace(): Promise<void>
  stop(): Promise<void>
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

const ENTRY = fileURLToPath(new URL('../server/main.ts', import.meta.url))
/** For how long nobody answers: longer than the client's first wait, so that it meets a closed door. */
const DOWN_FOR = 2000

/**
 * @param secret - What tokens are signed with.
 * @param crashed - Called when a process has ended by itself, and will not be back.
 */
export async function startApi(secret: string, crashed: (error: Error) => void): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-demo-'))
  // At the very end, whatever ends this process: the log is of no use to anybody else.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const log = join(folder, 'events')
  const env = { ...process.env, HEADWATER_DEMO_SECRET: secret }
  /** All that live: the one in service, and those that are being drained. */
  const children = new Set<ChildProcess>()
  /** Those whose end is no surprise. */
  const dismissed = new WeakSet<ChildProcess>()
  let started = 0
  let acts = 0

  async function start(port: number): Promise<Running> {
    const child = fork(ENTRY, [log, `${port}`, `${++started}`], { env })
    children.add(child)
    const exited = once(child, 'exit').then(([code, signal]) => {
      children.delete(child)
      return new Error(`The API server has ended (${signal ?? code}).`)
    })
    const answer = await Promise.race([once(child, 'message'), exited])
    if (answer instanceof Error) throw answer
    exited.then((error) => {
      if (!dismissed.has(child)) crashed(error)
    })
    return { child, port: Number(answer[0]) }
  }

  async function kill(child: ChildProcess): Promise<void> {
    dismissed.add(child)
    if (!children.has(child)) return
    const gone = once(child, 'exit')
    // Not SIGTERM: the point is that the process has no chance to say goodbye.
    child.kill('SIGKILL')
    await gone
  }

  let current = await start(0)

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
    get port() {
      return current.port
    },
    get busy() {
      return acts > 0
    },
    restart: (downFor = DOWN_FOR) =>
      alone(async () => {
        await kill(current.child)
        await sleep(downFor)
        return start(current.port)
      }),
    replace: () =>
      alone(async () => {
        const { child } = current
        // Two must never write to the log: the old one says that it has stopped before the new one opens it.
        const handedOver = once(child, 'message')
        child.send('hand over')
        await handedOver
        const next = await start(0)
        // From now on its end is what we want. Clients that it asks to come back are led to the new one.
        dismissed.add(child)
        child.send('drain')
        return next
      }),
    async stop() {
      await Promise.all([...children].map(kill))
    },
  }
}
