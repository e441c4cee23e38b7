import { quantile } from '../quantile.ts'
import type { Broadcast, Replay, Scene } from './measure.ts'
import type { Name } from './names.ts'

/*
 * From measurements to figures. Ratios are of medians, each within one case.
 */

/** One contestant in one case. */
export interface Measured {
  readonly name: Name
  readonly scene: Scene
  /** A round each. */
  readonly rounds: Broadcast[]
  /** Why it is out. */
  failure: string | undefined
}

export interface Row extends Scene {
  readonly name: Name
  readonly failure: string | undefined
  /** Milliseconds. */
  readonly median: number
  readonly min: number
  readonly max: number
  readonly deliveriesPerSecond: number
  /** How many times as long as the floor. */
  readonly ofFloor: number
  /** How many times as fast as better-sse. */
  readonly ofBetterSSE: number
  /** Processor time of the server for a delivery, in microseconds. */
  readonly cpu: number
  readonly cpuOfFloor: number
  readonly cpuOfBetterSSE: number
  /** Processor time of the clients as a part of the time. Near 1, it was them that the server waited for. */
  readonly clientsBusy: number
  /** Bytes for a connection. */
  readonly rss: number
  readonly heap: number
  readonly rounds: readonly Broadcast[]
}

export interface Expectation {
  readonly text: string
  readonly figure: number
  /** The same between the fastest rounds. Where it says otherwise than `figure`, the run was too noisy for a verdict. */
  readonly fastest: number
  /** The same of the server's processor time, which other processes disturb less than the time on the wall. */
  readonly cpu: number
  /** Undefined: not measured. */
  readonly met: boolean | undefined
}

export interface Latency {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Results {
  readonly rows: readonly Row[]
  readonly expectations: readonly Expectation[]
  readonly latency: Readonly<Partial<Record<Name, Latency>>>
  readonly replays: Readonly<Partial<Record<Name, Replay>>>
}

export interface Setup {
  readonly rounds: number
  readonly node: string
  readonly machine: string
  /** How many files, and so connections, a process may have open. */
  readonly openFiles: string
  /** How latencies were measured. */
  readonly paced: { readonly connections: number; readonly perSecond: number }
  /** Events. */
  readonly replayed: number
}

const median = (rounds: readonly Broadcast[], figure: (round: Broadcast) => number): number =>
  quantile(rounds.map(figure), 0.5)
const cpuOf = ({ serverCpu, deliveries }: Broadcast): number => (serverCpu / deliveries) * 1000

export function report(measured: readonly Measured[]): Pick<Results, 'rows' | 'expectations'> {
  const rows = measured.map(({ name, scene, rounds: all, failure }) => {
    const rounds = failure ? [] : all
    const roundsOf = (other: Name): readonly Broadcast[] => {
      const found = measured.find((each) => each.name === other && each.scene === scene)
      return found && !found.failure ? found.rounds : []
    }
    const ms = median(rounds, (round) => round.ms)
    const cpu = median(rounds, cpuOf)
    return {
      name,
      ...scene,
      failure,
      median: ms,
      min: Math.min(...rounds.map((round) => round.ms)),
      max: Math.max(...rounds.map((round) => round.ms)),
      deliveriesPerSecond: (scene.connections * scene.events * 1000) / ms,
      ofFloor: ms / median(roundsOf('floor'), (round) => round.ms),
      ofBetterSSE: median(roundsOf('better-sse'), (round) => round.ms) / ms,
      cpu,
      cpuOfFloor: cpu / median(roundsOf('floor'), cpuOf),
      cpuOfBetterSSE: median(roundsOf('better-sse'), cpuOf) / cpu,
      clientsBusy: median(rounds, (round) => round.clientsCpu / round.ms),
      rss: median(rounds, ({ rss }) => rss),
      heap: median(rounds, ({ heap }) => heap),
      rounds,
    }
  })

  const expectations = rows.flatMap((row) => {
    if (row.name !== 'headwater') return []
    const { connections, burst, ofBetterSSE, ofFloor } = row
    const fastestOf = (name: Name): number =>
      rows.find((each) => each.name === name && each.connections === connections && each.burst === burst)?.min ?? NaN
    const where = `${connections} connections, ${burst} a turn`
    return [
      {
        text: `${where}: at least 3 times as fast as better-sse`,
        figure: ofBetterSSE,
        fastest: fastestOf('better-sse') / row.min,
        cpu: row.cpuOfBetterSSE,
        met: Number.isNaN(ofBetterSSE) ? undefined : ofBetterSSE >= 3,
      },
      {
        text: `${where}: takes at most 1.3 times as long as the floor`,
        figure: ofFloor,
        fastest: row.min / fastestOf('floor'),
        cpu: row.cpuOfFloor,
        met: Number.isNaN(ofFloor) ? undefined : ofFloor <= 1.3,
      },
    ]
  })
  return { rows, expectations }
}
