import { hub } from '../../src/hub/index.ts'
import { createSSE, fetchTransport, isSSEError, type SSEClient, type SSEOptions } from '../../src/index.ts'
import { UsageError } from '../command-line/args.ts'
import type { Host } from '../host.ts'
import { hubOnce } from './once.ts'
import type { ListenOptions } from './options/options.ts'
import type { ReadyRequest } from './options/request.ts'
import { type Events, payloadParser } from './output/payload.ts'
import { createGate } from './traffic/gate.ts'
import { type Report, tap } from './traffic/tap.ts'

/** The reports of a client to its session. */
export interface ClientEvents extends Required<Pick<SSEOptions<Events>, 'onState' | 'onRetry'>> {
  /** The calls between the transport and the core. */
  onReport(report: Report): void
  /** Whether the last response has ended. */
  isOver(): boolean
}

/**
 * A client of the core's, with its traffic tapped.
 * @throws UsageError for what only the core finds wrong.
 */
export function createClient(
  options: ListenOptions,
  request: ReadyRequest,
  { clock, fetch, stdout, stderr }: Host,
  { onReport, isOver, onState, onRetry }: ClientEvents,
): SSEClient<Events> {
  const { once, topics, heartbeat, connectTimeout, lastEventId, parse, address } = options
  try {
    return createSSE<Events>(address.url, {
      ...request,
      clock,
      fetch,
      server: once ? hubOnce(topics, isOver) : hub({ topics }),
      transport: tap(fetchTransport(), createGate([stdout, stderr], clock), clock, onReport),
      heartbeat,
      connectTimeout,
      lastEventId,
      parse: payloadParser(parse),
      ...(once && { retry: false }),
      onState,
      onRetry,
    })
  } catch (error) {
    throw isSSEError(error) && error.code === 'options' ? new UsageError(error.message) : error
  }
}
