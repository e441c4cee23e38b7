import { randomFrom } from '../../../bench/random.ts'
import { type Sum, sumOf } from '../verdict.ts'
import { Clients } from './clients.ts'
import { sleep } from './faults.ts'
import { Hubs } from './hubs.ts'
import { Notes } from './notes.ts'
import type { Stage } from './stages.ts'

export interface PlayOptions {
  readonly seed: number
  readonly processes: number
  /** Of all processes together. */
  readonly clients: number
  /** How many faults. */
  readonly faults: number
  /** Between two events of one process, in milliseconds on average. */
  readonly pause: number
}

/** What a scenario has shown. */
export interface Result extends Sum {
  /** How often each fault was made. */
  readonly faults: Readonly<Record<string, number>>
  readonly published: number
  readonly rejected: number
  readonly epochs: number
  /** What must not be, a line each. */
  readonly failures: readonly string[]
}

/** What comes up again and again in every scenario. */
const KILL = 'a process is killed, and another starts'

/** The names of the faults in their order: a pure function of the seed. Each kind comes before one comes twice. */
export function plan(kinds: readonly string[], count: number, random: () => number): string[] {
  const planned: string[] = []
  while (planned.length < count) {
    const left = [...kinds]
    while (left.length) planned.push(...left.splice(Math.floor(random() * left.length), 1))
  }
  return planned.slice(0, count)
}

export async function play(stage: Stage, options: PlayOptions): Promise<Result> {
  const { seed, processes, clients: count, faults, pause } = options
  const random = randomFrom(seed)
  const notes = new Notes()
  const hubs = new Hubs(stage, notes, pause)
  const places = Array.from({ length: processes }, (_, place) => place)
  await Promise.all(places.map((place) => hubs.start(place)))
  const clients = new Clients(notes, hubs.urls, count)
  const made: Record<string, number> = {}
  try {
    // From here on nothing may be missing.
    await allHear(clients, notes)
    const killOne = (): Promise<void> => hubs.replace(Math.floor(random() * processes))
    const all: Stage['faults'] = { [KILL]: killOne, ...stage.faults }
    for (const name of plan([...Object.keys(all), KILL], faults, random)) {
      try {
        await all[name]?.(random)
        made[name] = (made[name] ?? 0) + 1
      } catch (error) {
        notes.wrong.push(`no fault, ${name}: ${error}`)
      }
      await sleep(500 + 2000 * random())
    }
    await allHear(clients, notes)
  } finally {
    clients.close()
    await hubs.stop()
  }
  return summarize(notes, made)
}

/** Waits until every client has heard an event that was published from now on. */
async function allHear(clients: Clients, notes: Notes): Promise<void> {
  const before = notes.counts.published
  const deadline = Date.now() + 120_000
  while (clients.haveHeard(notes.publishedSince(before)) < clients.count) {
    if (Date.now() > deadline) throw new Error('a client hears nothing any more')
    await sleep(100)
  }
}

function summarize(notes: Notes, faults: Result['faults']): Result {
  const { verdicts, epochs } = notes.judge()
  const { faults: wrongs, ...sum } = sumOf(verdicts)
  return {
    ...sum,
    ...notes.counts,
    faults,
    epochs,
    failures: [...notes.wrong, ...Object.values(wrongs).flat()],
  }
}
