import type { StartLoad } from './load.ts'
import { startLeakOfEvents, startLeakOfHandlers, startQueries, startStores } from './loads/adapters.ts'
import {
  startClients,
  startCompressedClients,
  startEventSources,
  startHubClients,
  startRequests,
  startTabs,
  startTopics,
} from './loads/clients.ts'
import { startEvents, startHandledEvents, startHubEvents } from './loads/events.ts'
import { startHubReconnects, startPlainReconnects, startReconnects } from './loads/reconnects.ts'

/*
 * The loads that run in Node and in a page.
 */

export const LOADS = {
  reconnects: startReconnects,
  hubReconnects: startHubReconnects,
  plainReconnects: startPlainReconnects,
  events: startEvents,
  handledEvents: startHandledEvents,
  hubEvents: startHubEvents,
  clients: startClients,
  hubClients: startHubClients,
  compressedClients: startCompressedClients,
  topics: startTopics,
  requests: startRequests,
  eventSources: startEventSources,
  tabs: startTabs,
  stores: startStores,
  queries: startQueries,
  leakOfHandlers: startLeakOfHandlers,
  leakOfEvents: startLeakOfEvents,
} satisfies Record<string, StartLoad>
