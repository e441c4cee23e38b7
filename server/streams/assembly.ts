import type { LogRecord } from '../log/log.ts'
import { createStats, type Stats } from '../observe/stats.ts'
import type { HubOptions } from '../options/options.ts'
import { createDelivery, type DeliveryEvents } from '../publish/delivery.ts'
import { createEventListeners, type EventListeners } from '../publish/event-listeners.ts'
import { createIntake, type Intake } from '../publish/intake.ts'
import { createKeep } from '../publish/keep.ts'
import { createPublisher } from '../publish/publish.ts'
import { type Admission, createAdmission } from './admission.ts'
import { createCensus } from './census.ts'
import { type Confirmations, createConfirmations } from './confirmations.ts'
import { createContext, type HubContext, reportTo } from './context.ts'
import { createKick, type Kick } from './kick.ts'
import { createMembers, type Members } from './members.ts'
import { createOpenStream, type OpenStream } from './open.ts'
import type { HubParts } from './parts.ts'
import { restartStreams } from './restart.ts'
import { createShutdown, type Shutdown } from './shutdown.ts'
import { createStreams, type Streams } from './streams.ts'
import { createSweep } from './sweep.ts'

/** All parts of a hub, but for HTTP. */
export interface Assembly extends HubParts {
  readonly stats: Stats
  readonly listeners: EventListeners
  readonly intake: Intake
  readonly members: Members
  readonly kick: Kick
  readonly admission: Admission
  readonly openStream: OpenStream
  readonly shutdown: Shutdown
}

/**
 * Puts a hub together, from the bottom: each part is made of those before it. Reports go up by callbacks: a stream that ends
 * (`onEnd`), and the outcome of an event's delivery.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function assemble(options: HubOptions): Assembly {
  const context = createContext(options)
  const { settings, registry, counters } = context
  const streams = createStreams(context)
  const confirmations = createConfirmations(streams)
  const listeners = createEventListeners(reportTo(context, 'on'))
  const delivery = createDelivery(
    settings,
    registry,
    counters,
    deliveryEvents(context, streams, confirmations, listeners),
  )
  streams.onEnd((client) => delivery.closeLine(client))
  const { clock, log } = settings
  const stats = createStats({ ...context, delivery, log, clock })
  const census = createCensus({ ...context, clock, read: stats.read })
  streams.onEnd(({ principal }) => census.changed(principal.userId))
  const parts: HubParts = { ...context, streams, confirmations, delivery, census }
  const sweep = createSweep(parts)
  const shutdown = createShutdown(parts, streams, () => {
    sweep.stop()
    delivery.stop()
    census.stop()
    context.others.stop()
  })
  const admission = createAdmission({ ...parts, limits: settings.limits })
  return {
    ...parts,
    stats,
    listeners,
    intake: intakeOf(parts, shutdown),
    members: createMembers(parts),
    kick: createKick(parts),
    admission,
    openStream: createOpenStream(parts, admission, sweep),
    shutdown,
  }
}

function deliveryEvents(
  context: HubContext,
  streams: Streams,
  confirmations: Confirmations,
  listeners: EventListeners,
): DeliveryEvents {
  const { observers, memberships } = context
  const broken = reportTo(context, 'stream')
  return {
    overflowed: (client) => streams.end(client, 'overflow'),
    broken(client, error) {
      broken(error)
      streams.end(client, 'error')
    },
    filterFailed: reportTo(context, 'filter'),
    isWatched: () => observers.has('onDeliver'),
    delivered: ({ id: clientId, principal }, { id, type }) =>
      observers.call('onDeliver', { clientId, principal, id, type }),
    begins: confirmations.flush,
    happened: listeners.call,
    restarted(dropped, hasNewEpoch) {
      if (hasNewEpoch) memberships.restart()
      restartStreams(context, streams, { dropped, hasNewEpoch })
    },
  }
}

function intakeOf(parts: HubParts, shutdown: Shutdown): Intake {
  const { settings, registry, counters, observers, delivery, others } = parts
  const { log, clock, mailbox } = settings
  const keep = createKeep(mailbox, { registry, counters, clock, full: reportTo(parts, 'mailbox') })
  const relay = (record: LogRecord): void => others.tell('volatile', { record })
  others.on('volatile', ({ record }) => delivery.handOut(record))
  const sendNow = createPublisher({ log, delivery, counters, keep, observers, relay })
  return createIntake(settings, (message) =>
    shutdown.isOver ? Promise.reject(new Error('the hub has been closed')) : sendNow(message),
  )
}
