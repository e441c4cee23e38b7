import { createMemberships, type Memberships } from '../audience/memberships.ts'
import { createRegistry, type Registry } from '../audience/registry.ts'
import { type Counters, createCounters } from '../observe/counters.ts'
import { createHubObservers, type HubObservers, OBSERVED } from '../observe/observers.ts'
import type { HubOptions } from '../options/options.ts'
import { type HubSettings, resolveHubOptions } from '../options/settings.ts'

/** What every part of a hub may need: its options, who is connected, and what is counted and observed. */
export interface HubContext {
  readonly settings: HubSettings
  readonly registry: Registry
  readonly memberships: Memberships
  readonly counters: Counters
  readonly observers: HubObservers
}

/** @throws SSEError with code `options` if an option cannot work. */
export function createContext(options: HubOptions): HubContext {
  const settings = resolveHubOptions(options)
  const observers = createHubObservers()
  observers.add(Object.fromEntries(OBSERVED.map((name) => [name, settings[name]])))
  return {
    settings,
    registry: createRegistry(),
    memberships: createMemberships(settings.limits.memberships),
    counters: createCounters(),
    observers,
  }
}

/**
 * What has failed and nobody waits for: it is counted, and `onError` is called.
 * @param where - The option that failed, or the part of the hub.
 */
export function reportTo({ counters, observers }: HubContext, where: string): (error: unknown) => void {
  return (error) => {
    counters.errors[where] = (counters.errors[where] ?? 0) + 1
    observers.call('onError', error, where)
  }
}
