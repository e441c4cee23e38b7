import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/*
 * The server and its clients are a process each: otherwise they would share a core, a heap and an event loop, and the figures.
 */

/** The questions to a process. */
export type Commands = Readonly<Record<string, (...args: never[]) => unknown>>

type Reply = { readonly value: unknown } | { readonly error: string }

export interface Worker<C extends Commands> {
  /** One at a time. Rejects if the process says so, or ends. */
  call<N extends keyof C & string>(name: N, ...args: Parameters<C[N]>): Promise<Awaited<ReturnType<C[N]>>>
  /** Resolves when it has gone. */
  stop(): Promise<void>
}

/** Answers the process that started this one. */
export function answer(commands: Commands): void {
  // Its parent process has ended, or wants no more. An exit of its own also writes down a profile, with NODE_OPTIONS=--cpu-prof.
  process.on('disconnect', () => process.exit())
  process.on('message', async ([name, args]: [string, never[]]) => {
    let reply: Reply
    try {
      reply = { value: await commands[name]?.(...args) }
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : `${error}` }
    }
    process.send?.(reply)
  })
}

/** @param file - Beside this one. */
export function startWorker<C extends Commands>(file: string, ...args: readonly string[]): Worker<C> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv: ['--no-warnings', '--expose-gc'],
    // Takes typed arrays as they are.
    serialization: 'advanced',
  })
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    call: (name, ...given) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null, signal: string | null): void => reject(Error(`${file}: ${signal ?? code}`))
        child.once('exit', ended)
        child.once('message', (reply: Reply) => {
          child.off('exit', ended)
          if ('error' in reply) reject(Error(reply.error))
          else resolve(reply.value as never)
        })
        child.send([name, given])
      }),
    async stop() {
      if (child.connected) child.disconnect()
      await exit
    },
  }
}

/** The same clock in every process of the machine, in milliseconds. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** The processor time of this process, in milliseconds. */
export function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
