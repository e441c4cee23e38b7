import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/*
 * The API server's process: started, killed on request and started again on the same port, with the same log.
 */

export interface ApiProcess {
  readonly port: number
  /** Kills the process and, after a while, starts another in its place. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const ENTRY = fileURLToPath(new URL('../server/main.ts', import.meta.url))
/** For how long nobody answers: longer than the client's first wait, so that it meets a closed door. */
const DOWN_FOR = 2000

/** @param crashed - Called when the process has ended by itself, and will not be back. */
export async function startApi(crashed: (error: Error) => void): Promise<ApiProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-demo-'))
  // At the very end, whatever ends this process: the log is of no use to anybody else.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const log = join(folder, 'events.log')
  let expected = false
  let child: ChildProcess | undefined

  async function start(port: number): Promise<number> {
    const started = fork(ENTRY, [log, `${port}`])
    child = started
    const exited = once(started, 'exit').then(
      ([code, signal]) => new Error(`The API server has ended (${signal ?? code}).`),
    )
    const answer = await Promise.race([once(started, 'message'), exited])
    if (answer instanceof Error) throw answer
    exited.then((error) => {
      if (!expected) crashed(error)
    })
    return Number(answer[0])
  }

  async function stop(): Promise<void> {
    expected = true
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    // Not SIGTERM: the point is that the process has no chance to say goodbye.
    child.kill('SIGKILL')
    await gone
  }

  const port = await start(0)
  let restarting: Promise<void> | undefined

  async function replace(): Promise<void> {
    await stop()
    await sleep(DOWN_FOR)
    expected = false
    await start(port)
  }

  return {
    port,
    restart() {
      restarting ??= replace().finally(() => {
        restarting = undefined
      })
      return restarting
    },
    stop,
  }
}
