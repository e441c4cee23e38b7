import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/*
 * The processes of the API server: the one in service, and those that are being drained.
 */

export interface Running {
  readonly child: ChildProcess
  readonly port: number
}

export interface Children {
  /**
   * Starts a process. Rejects if it ends before it listens.
   * @param port - That it is to listen on; 0: any.
   * @param number - Its name. Default: how many processes there have been with this one.
   */
  start(port: number, number?: number): Promise<Running>
  isAlive(child: ChildProcess): boolean
  /** Tells a process to do something. Resolves with its answer, and rejects if it ends without one. */
  ask(child: ChildProcess, request: string): Promise<unknown>
  /** The end of this process is no surprise from now on. */
  dismiss(child: ChildProcess): void
  kill(child: ChildProcess): Promise<void>
  killAll(): Promise<void>
}

export interface ChildrenOptions {
  /** The program. Its arguments are `args`, the port, and the number of the process. */
  readonly entry: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Called when a process has ended by itself, and will not be back. */
  crashed(error: Error): void
}

export function createChildren({ entry, args, env, crashed }: ChildrenOptions): Children {
  /** Those that live, with their ends. */
  const ends = new Map<ChildProcess, Promise<Error>>()
  const dismissed = new WeakSet<ChildProcess>()
  let started = 0

  /** The next message of a process. A process that has ended sends none. */
  async function answerOf(child: ChildProcess): Promise<unknown> {
    const answer = await Promise.race([once(child, 'message'), ends.get(child)])
    if (!Array.isArray(answer)) throw answer
    return answer[0]
  }

  async function kill(child: ChildProcess): Promise<void> {
    dismissed.add(child)
    // Not SIGTERM: the point is that the process has no chance to say goodbye.
    child.kill('SIGKILL')
    await ends.get(child)
  }

  return {
    async start(port, number = ++started) {
      const child = fork(entry, [...args, `${port}`, `${number}`], { env })
      const end = once(child, 'exit').then(([code, signal]) => {
        ends.delete(child)
        return new Error(`The API server has ended (${signal ?? code}).`)
      })
      ends.set(child, end)
      const own = Number(await answerOf(child))
      end.then((error) => {
        if (!dismissed.has(child)) crashed(error)
      })
      return { child, port: own }
    },
    isAlive: (child) => ends.has(child),
    ask(child, request) {
      const answer = answerOf(child)
      child.send(request)
      return answer
    },
    dismiss: (child) => void dismissed.add(child),
    kill,
    async killAll() {
      await Promise.all([...ends.keys()].map(kill))
    },
  }
}
