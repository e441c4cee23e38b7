import { setTimeout as sleep } from 'node:timers/promises'
import { now, startWorker } from '../server/processes.ts'
import type { HerdCommands } from './clients.ts'
import type { ServeCommands } from './serve.ts'
import { busiestSecond, type Outcome, summarize } from './simulate.ts'

/*
 * The same with real clients and real connections: the server process is killed, and another starts on its port.
 */

const PROCESSES = 2

interface Measurement {
  readonly outcome: Outcome
  /** How many connections the server opened in its busiest second. */
  readonly perSecond: number
}

/** @param down - How long no server runs, in milliseconds. */
export async function measure(clients: number, down: number): Promise<Measurement> {
  const first = startWorker<ServeCommands>('../herd/serve.ts', '0')
  const port = await first.call('port')
  const herds = Array.from({ length: PROCESSES }, () => startWorker<HerdCommands>('../herd/clients.ts'))
  try {
    const each = Math.ceil(clients / PROCESSES)
    await Promise.all(herds.map((herd) => herd.call('connect', `http://127.0.0.1:${port}/events`, each)))
    await Promise.all(herds.map((herd) => herd.call('reset')))
    const since = now()
    await first.stop()
    await sleep(down)
    const second = startWorker<ServeCommands>('../herd/serve.ts', `${port}`)
    try {
      await allBack(herds, each * PROCESSES)
      const records = await Promise.all(herds.map((herd) => herd.call('record')))
      const times = (kind: 'attempts' | 'openings'): number[] =>
        records.flatMap((record) => [...record[kind]].map((at) => at - since))
      const opened = times('openings').sort((a, b) => a - b)
      const outcome = summarize(times('attempts'), opened, each * PROCESSES, down)
      return { outcome, perSecond: busiestSecond(opened) }
    } finally {
      await second.stop()
    }
  } finally {
    await Promise.all(herds.map((herd) => herd.stop()))
  }
}

async function allBack(herds: readonly { call(name: 'open'): Promise<number> }[], clients: number): Promise<void> {
  for (;;) {
    const open = await Promise.all(herds.map((herd) => herd.call('open')))
    if (open.reduce((sum, count) => sum + count, 0) >= clients) return
    await sleep(100)
  }
}
