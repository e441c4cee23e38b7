/* The queue of due attempts: a binary heap over typed arrays, as there are millions of attempts. */

export interface DueQueue {
  /** @param client - Stands in the queue once at most. */
  push(at: number, client: number): void
  pop(): { readonly at: number; readonly client: number } | undefined
}

/** @param size - How many may stand in it. */
export function createQueue(size: number): DueQueue {
  const times = new Float64Array(size)
  const clients = new Uint32Array(size)
  let length = 0

  const timeAt = (place: number): number => times[place] ?? Infinity

  function set(place: number, at: number, client: number): void {
    times[place] = at
    clients[place] = client
  }

  const move = (from: number, to: number): void => set(to, timeAt(from), clients[from] ?? 0)

  return {
    push(at, client) {
      let place = length++
      while (place > 0) {
        const parent = (place - 1) >> 1
        if (timeAt(parent) <= at) break
        move(parent, place)
        place = parent
      }
      set(place, at, client)
    },
    pop() {
      if (!length) return undefined
      const first = { at: timeAt(0), client: clients[0] ?? 0 }
      const [at, client] = [timeAt(--length), clients[length] ?? 0]
      let place = 0
      for (;;) {
        let child = 2 * place + 1
        if (child >= length) break
        if (child + 1 < length && timeAt(child + 1) < timeAt(child)) child++
        if (timeAt(child) >= at) break
        move(child, place)
        place = child
      }
      if (length) set(place, at, client)
      return first
    },
  }
}
