import { createMemberships, type Memberships } from '../audience/memberships.ts'
import { createRegistry, type Registry } from '../audience/registry.ts'
import { type Counters, createCounters } from '../observe/counters.ts'
import { createHubObservers, type HubObservers, OBSERVED } from '../observe/observers.ts'
import type { HubOptions } from '../options/options.ts'
import { type HubSettings, resolveHubOptions } from '../options/settings.ts'
import { createOthers, type Others } from './others.ts'

/** The parts that every part of a hub may need: its options, its clients, its counts and its observers. */
export interface HubContext {
  readonly settings: HubSettings
  readonly registry: Registry
  readonly memberships: Memberships
  readonly counters: Counters
  readonly observers: HubObservers
  /** The hubs of other processes. */
  readonly others: Others
}

/** @throws SSEError with code `options` if an option cannot work. */
export function createContext(options: HubOptions): HubContext {
  const settings = resolveHubOptions(options)
  const observers = createHubObservers()
  observers.add(Object.fromEntries(OBSERVED.map((name) => [name, settings[name]])))
  const counters = createCounters()
  return {
    settings,
    registry: createRegistry(),
    memberships: createMemberships(settings.limits.memberships),
    counters,
    observers,
    others: createOthers(settings.relay, reportTo({ counters, observers }, 'relay')),
  }
}

/**
 * Reports a failure that nobody waits for: it is counted, and `onError` is called.
 * @param where - The option that failed, or the part of the hub.
 */
export function reportTo(
  { counters, observers }: Pick<HubContext, 'counters' | 'observers'>,
  where: string,
): (error: unknown) => void {
  return (error) => {
    counters.errors[where] = (counters.errors[where] ?? 0) + 1
    observers.call('onError', error, where)
  }
}
