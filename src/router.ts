/*
 * From the name of an event to those who want it. Names live in Maps and Sets: `__proto__` is a name like any other.
 */

interface Subscriber<Handler> {
  readonly handler: Handler
  /** False once it has unsubscribed, which may happen in the middle of a dispatch. */
  active: boolean
}

export interface Router<Handler> {
  /** How many patterns somebody subscribes to. */
  readonly size: number
  add(pattern: string, handler: Handler): Subscriber<Handler>
  remove(pattern: string, subscriber: Subscriber<Handler>): void
  /** Whom to call for an event: those of its exact name first, then those of patterns; each in the order they came. */
  match(type: string): readonly Subscriber<Handler>[]
  /** Everything that somebody subscribes to. */
  patterns(): Iterable<string>
  clear(): void
}

/** A server that makes up names without end must not fill the memory. */
const ROUTES_KEPT = 1000

export function createRouter<Handler>(): Router<Handler> {
  const subscribers = new Map<string, Set<Subscriber<Handler>>>()
  /** `*` and `prefix.*`: looked at for every new name, so they are kept apart from the names. */
  const wildcards = new Set<string>()
  // Resolved once a name and kept until anybody comes or goes: an event costs one look-up. A dispatch under
  // way holds the old array, so whoever comes meanwhile hears the next event.
  const routes = new Map<string, readonly Subscriber<Handler>[]>()
  // Streams come in runs of one name. Its characters differ from event to event only in where they lie, so comparing
  // them is cheaper than the hash that a Map needs.
  let lastType: string | undefined
  let lastRoute: readonly Subscriber<Handler>[] = []

  function forget(): void {
    routes.clear()
    lastType = undefined
  }

  return {
    get size() {
      return subscribers.size
    },
    add(pattern, handler) {
      const subscriber = { handler, active: true }
      if (!subscribers.has(pattern)) subscribers.set(pattern, new Set())
      subscribers.get(pattern)?.add(subscriber)
      if (/^(.*\.)?\*$/s.test(pattern)) wildcards.add(pattern)
      forget()
      return subscriber
    },
    remove(pattern, subscriber) {
      const set = subscribers.get(pattern)
      if (!set?.delete(subscriber)) return
      subscriber.active = false
      forget()
      if (set.size) return
      subscribers.delete(pattern)
      wildcards.delete(pattern)
    },
    match(type) {
      if (type === lastType) return lastRoute
      let route = routes.get(type)
      if (!route) {
        const wild = [...wildcards].filter((pattern) => pattern !== type && type.startsWith(pattern.slice(0, -1)))
        route = [type, ...wild].flatMap((pattern) => [...(subscribers.get(pattern) ?? [])])
        if (routes.size > ROUTES_KEPT) routes.clear()
        routes.set(type, route)
      }
      lastType = type
      lastRoute = route
      return route
    },
    patterns: () => subscribers.keys(),
    clear() {
      for (const [pattern, set] of subscribers) for (const subscriber of set) this.remove(pattern, subscriber)
    },
  }
}
