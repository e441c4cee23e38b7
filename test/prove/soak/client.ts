import { getEventListeners } from 'node:events'
import { answer } from '../../../bench/server/processes.ts'
import { LOADS } from './loads.ts'
import { measure } from './measure.ts'

/*
 * The process of the client of a soak: `client.ts <name of the load> <origin of the server>`, with a channel to its parent process.
 */

const [, , name = '', origin = ''] = process.argv
const load = LOADS[name as keyof typeof LOADS](origin)

const commands = {
  run: load.run,
  sample(done: number) {
    const listeners = load.targets?.map((target) => getEventListeners(target, 'abort').length) ?? []
    return measure(done, [AbortSignal, ReadableStream], {
      ...load.held?.(),
      ...(listeners.length && { 'listeners of a signal': listeners.reduce((sum, count) => sum + count) }),
    })
  },
} as const

export type ClientCommands = typeof commands

answer(commands)
