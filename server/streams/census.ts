import { createTimer, monotonic } from '../../src/base/clock.ts'
import type { Clock } from '../../src/index.ts'
import type { Registry } from '../audience/registry.ts'
import { withoutHolding } from '../log/without-holding.ts'
import type { HubStats } from '../observe/stats.ts'
import type { Others } from './others.ts'

/*
 * The sums of the hubs of all processes: how many streams each user has, and the figures. Each tells the others what has
 * changed, and now and then that it is there. The figures of a hub are forgotten when it has been silent for some seconds.
 */

/** A process with a hub. */
export interface HubProcess {
  /** Names the hub, as long as it lives. */
  readonly id: string
  /** It is the hub that was asked. */
  readonly isThis: boolean
  /** When its figures were read, in epoch milliseconds on the clock of that process. */
  readonly at: number
  readonly stats: HubStats
}

export interface Census {
  /** How many streams a user has in other processes, as far as they have said. */
  countOfUser(userId: string): number
  /** A stream of this user has been opened, or is over. */
  changed(userId: string | undefined): void
  /** This process, and the others that have been heard of in the last seconds. */
  processes(): HubProcess[]
  stop(): void
}

/** How often a hub says that it is there, in milliseconds. */
const ROUND = 5000
/** After how long a silence it counts as gone. */
const SILENCE = 3 * ROUND
/** Changes of so many milliseconds go into one message. */
const FLUSH = 50
/** So many users go into one message. */
const CHUNK = 5000

/** The facts about another hub. */
interface Known {
  heardAt: number
  readonly users: Map<string, number>
  figures: Omit<HubProcess, 'id' | 'isThis'>
}

/** The parts of a hub that a census needs. */
export interface CensusParts {
  readonly others: Others
  readonly registry: Pick<Registry, 'countOfUser' | 'counts'>
  readonly clock: Clock
  /** The figures of this hub. */
  read(): HubStats
}

export function createCensus(parts: CensusParts): Census {
  return parts.others.areNone ? new Alone(parts) : new Together(parts)
}

/** Of the only hub there is. */
class Alone implements Census {
  readonly #parts: CensusParts

  constructor(parts: CensusParts) {
    this.#parts = parts
  }

  countOfUser(): number {
    return 0
  }
  changed(): void {}
  processes(): HubProcess[] {
    return [processOf(this.#parts)]
  }
  stop(): void {}
}

const processOf = ({ others, clock, read }: CensusParts): HubProcess => ({
  id: others.id,
  isThis: true,
  at: clock.now(),
  stats: read(),
})

class Together implements Census {
  readonly #parts: CensusParts
  readonly #known = new Map<string, Known>()
  readonly #changed = new Set<string>()
  readonly #round: ReturnType<typeof createTimer>
  readonly #flush: ReturnType<typeof createTimer>

  constructor(parts: CensusParts) {
    this.#parts = parts
    const clock = withoutHolding(parts.clock)
    this.#round = createTimer(clock)
    this.#flush = createTimer(clock)
    const { others } = parts
    others.on('figures', ({ from, at, stats }) => this.#hear(from, { at, stats }))
    others.on('users', ({ from, list }) => {
      const known = this.#known.get(from)
      for (const [userId, count] of list) {
        if (count > 0) known?.users.set(userId, count)
        else known?.users.delete(userId)
      }
    })
    others.on('ask', ({ to }) => {
      if (to === others.id) this.#tell(parts.registry.counts())
    })
    others.on('bye', ({ from }) => void this.#known.delete(from))
    this.#here()
  }

  countOfUser(userId: string): number {
    let count = 0
    for (const { users } of this.#known.values()) count += users.get(userId) ?? 0
    return count
  }

  changed(userId: string | undefined): void {
    if (userId === undefined) return
    if (this.#changed.size === 0) this.#flush(FLUSH, () => this.#tellChanges())
    this.#changed.add(userId)
  }

  processes(): HubProcess[] {
    const others = [...this.#known].map(([id, { figures }]) => ({ id, isThis: false, ...figures }))
    return [processOf(this.#parts), ...others]
  }

  stop(): void {
    this.#round()
    this.#flush()
    this.#parts.others.tell('bye', {})
  }

  /** Says that this hub is there, and forgets those that have not said it for long. */
  #here(): void {
    const { clock } = this.#parts
    const now = monotonic(clock)
    for (const [id, { heardAt }] of this.#known) if (now - heardAt > SILENCE) this.#known.delete(id)
    this.#tellFigures()
    this.#round(ROUND, () => this.#here())
  }

  #hear(from: string, figures: Known['figures']): void {
    const { clock, others } = this.#parts
    const known = this.#known.get(from)
    const heardAt = monotonic(clock)
    if (known) return void Object.assign(known, { heardAt, figures })
    this.#known.set(from, { heardAt, figures, users: new Map() })
    // It has just begun, or was cut off: it may not know of this one either.
    others.tell('ask', { to: from })
    this.#tellFigures()
  }

  #tellFigures(): void {
    const { isThis: _, id: __, ...figures } = processOf(this.#parts)
    this.#parts.others.tell('figures', figures)
  }

  #tellChanges(): void {
    const { registry } = this.#parts
    const list = [...this.#changed].map((userId) => [userId, registry.countOfUser(userId)] as const)
    this.#changed.clear()
    this.#tell(list)
  }

  #tell(list: readonly (readonly [userId: string, count: number])[]): void {
    for (let at = 0; at < list.length; at += CHUNK)
      this.#parts.others.tell('users', { list: list.slice(at, at + CHUNK) })
  }
}
