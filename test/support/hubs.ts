import { type HubOptions, memoryLog, memoryRelay } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { hubBench } from './reader.ts'

/*
 * Hubs that share a log and a relay, as those of several processes do, in this process and with one clock.
 */

export function hubBenches(count: number, options: Omit<HubOptions, 'clock'> = {}) {
  const shared = { clock: createClock(), log: memoryLog(), relay: memoryRelay(), ...options }
  const start = () => hubBench(shared)
  return { clock: shared.clock, nodes: Array.from({ length: count }, start), start }
}
