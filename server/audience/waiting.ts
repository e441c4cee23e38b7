/*
 * The queue of one client, bounded in number and in bytes. Each step takes the same time however much waits: a Map or an
 * array from which the first is taken out again and again passes all that was taken out before it.
 */

/** How an event may be given up while it waits. */
export interface Expendable {
  /** An event that waits under the same key is replaced: the later one says all. */
  readonly key?: string | undefined
  /** May be dropped rather than make the queue overflow. */
  readonly volatile?: boolean | undefined
}

/** The outcome of events that were given up. */
export interface Losses {
  /** Volatile events that were dropped. */
  volatile: number
  /** Events whose key came again while they waited. */
  coalesced: number
}

/** The events that have waited. */
interface Waited {
  readonly bytes: Uint8Array
  /** It is an event, and not something that the hub itself has to say. */
  readonly isEvent: boolean
}

/** An item among those before and after it. */
interface Item extends Expendable, Waited {
  readonly serial: number
  before: Item | undefined
  after: Item | undefined
}

interface Chain {
  first: Item | undefined
  last: Item | undefined
}

export interface Waiting {
  /**
   * @param expendable - Of an event; undefined for what the hub itself has to say.
   * @returns False if there is no room left.
   */
  add(bytes: Uint8Array, expendable: Expendable | undefined): boolean
  /** Takes out what has waited longest. */
  take(): Waited | undefined
  readonly events: number
  readonly bytes: number
}

const NOTHING: Expendable = {}

/** @param losses - Counts on, for all queues. */
export function createWaiting(
  limits: { readonly queueBytes: number; readonly queueEvents: number },
  losses: Losses,
): Waiting {
  const kept: Chain = { first: undefined, last: undefined }
  /** Volatile events, apart: the oldest of them has to be found at once. */
  const volatiles: Chain = { first: undefined, last: undefined }
  const byKey = new Map<string, Item>()
  let serial = 0

  function remove(item: Item): void {
    unlink(item.volatile ? volatiles : kept, item)
    if (item.key !== undefined) byKey.delete(item.key)
    self.events--
    self.bytes -= item.bytes.length
  }

  /** An event larger than all the room there is may wait alone: left out, it would never arrive. */
  const fits = ({ length }: Uint8Array): boolean =>
    self.events < limits.queueEvents && (self.events === 0 || self.bytes + length <= limits.queueBytes)

  const self: { -readonly [K in keyof Waiting]: Waiting[K] } = {
    events: 0,
    bytes: 0,
    add(bytes, expendable) {
      const { key, volatile } = expendable ?? NOTHING
      const earlier = key === undefined ? undefined : byKey.get(key)
      if (earlier) {
        remove(earlier)
        losses.coalesced++
      }
      while (!fits(bytes)) {
        const victim = volatiles.first
        if (!victim && !volatile) return false
        losses.volatile++
        if (!victim) return true
        remove(victim)
      }
      const isEvent = expendable !== undefined
      const item = { bytes, isEvent, key, volatile, serial: serial++, before: undefined, after: undefined }
      link(volatile ? volatiles : kept, item)
      if (key !== undefined) byKey.set(key, item)
      self.events++
      self.bytes += bytes.length
      return true
    },
    take() {
      const [one, other] = [kept.first, volatiles.first]
      const first = one && other ? (one.serial < other.serial ? one : other) : (one ?? other)
      if (first) remove(first)
      return first
    },
  }
  return self
}

function link(chain: Chain, item: Item): void {
  item.before = chain.last
  if (chain.last) chain.last.after = item
  else chain.first = item
  chain.last = item
}

function unlink(chain: Chain, { before, after }: Item): void {
  if (before) before.after = after
  else chain.first = after
  if (after) after.before = before
  else chain.last = before
}
