import { callSafely } from '../base/errors.ts'
import { fetchTransport } from '../transports/fetch.ts'
import { guardSink, type Transport, type TransportSink } from '../transports/transport.ts'
import { resolveRequest } from './request.ts'
import type { Settings } from './settings.ts'
import type { Attempt, Shared } from './shared.ts'

export const closeAttempt = (attempt?: Attempt): unknown => callSafely(() => attempt?._link?.close())

/** The transport under its layers. Their order is fixed: a cursor is kept when it has moved. */
function createLayers(connection: Shared, { transport, server, commit, resume }: Settings): Transport {
  const carrier = typeof transport === 'function' ? transport(fetchTransport(), connection) : transport
  const guarded: Transport = {
    connect(request, sink) {
      const attempt = connection._attempt
      // Under the layers, too: what they keep must not come from an attempt that the client has left.
      return carrier.connect(
        request,
        guardSink(sink, () => connection._attempt === attempt),
      )
    },
  }
  return [server, commit, resume].reduce((inner, layer) => layer(inner, connection), guarded)
}

/**
 * Attempts to connect: asks for the request, sends it, and gives up after `connectTimeout`.
 * @returns Starts an attempt, in place of the one that there is.
 */
export function createAttempts(connection: Shared, settings: Settings, sink: TransportSink): () => void {
  const { connectTimeout, url } = settings
  const transport = createLayers(connection, settings)

  async function run(attempt: Attempt, guarded: TransportSink): Promise<void> {
    // The error names the URL once the request is made: then the server is late, else a callback is.
    connection._wake(connectTimeout || Infinity, () =>
      connection._fail(connection._error('timeout', `no answer in ${connectTimeout} ms`)),
    )
    // It may reject at any time: it is waited for first.
    await connection.refresh()
    if (connection._attempt === attempt) await connection.ready?.()
    if (connection._attempt !== attempt) return
    const request = await resolveRequest(settings, url, {
      attempt: connection._failures,
      lastEventId: connection.lastEventId,
    })
    if (connection._attempt !== attempt) return
    attempt._request = request
    attempt._link = transport.connect(request, guarded)
    // It may have opened, and been left by an observer, before it returned.
    if (connection._attempt !== attempt) closeAttempt(attempt)
  }

  return () => {
    const left = connection._attempt
    const attempt: Attempt = {}
    connection._attempt = attempt
    const guarded = guardSink(sink, () => connection._attempt === attempt)
    run(attempt, guarded).catch(guarded.end)
    closeAttempt(left)
  }
}
