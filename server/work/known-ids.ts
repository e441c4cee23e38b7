/** The outcome of an event. */
export interface Pushed {
  /**
   * `done`: its effects are carried out or given up. `repeated`: the effects of an earlier event with this id are. `queued`: a
   * handler pushed it, so it waits until that handler is done.
   */
  readonly status: 'done' | 'repeated' | 'queued'
  /** How many of its effects were given up. 0 for `queued`. */
  readonly failed: number
}

/** The ids of events that have come, so that none is taken twice. */
export interface KnownIds {
  /** The outcome of an earlier event with this id, or a promise of it. Undefined if there is none, or it was forgotten. */
  earlier(id: string | number): Promise<Pushed> | undefined
  /** An event with this id waits, or is being taken. */
  add(id: string | number, pushed: Promise<Pushed>): void
  /** @param failed - How many of its effects were given up. Undefined: the event was rejected, and counts as never seen. */
  end(id: string | number, failed: number | undefined): void
}

/** @param remember - How many ids are remembered whose events are done. The oldest is forgotten. */
export function createKnownIds(remember: number): KnownIds {
  const pending = new Map<string | number, Promise<Pushed>>()
  /** How many effects were given up. The oldest is first. */
  const done = new Map<string | number, number>()

  return {
    earlier(id) {
      const failed = done.get(id)
      if (failed !== undefined) return Promise.resolve({ status: 'repeated', failed })
      return pending.get(id)?.then((pushed) => ({ status: 'repeated', failed: pushed.failed }))
    },
    add: (id, pushed) => void pending.set(id, pushed),
    end(id, failed) {
      pending.delete(id)
      if (failed === undefined) return
      done.set(id, failed)
      const [oldest] = done.keys()
      if (oldest !== undefined && done.size > remember) done.delete(oldest)
    },
  }
}
