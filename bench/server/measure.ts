import type { ClientCommands } from './clients.ts'
import type { Name } from './names.ts'
import { startWorker, type Worker } from './processes.ts'
import type { ServerCommands } from './serve.ts'

/*
 * One measurement each: a fresh server, fresh clients.
 */

/** A broadcast. */
export interface Scene {
  readonly connections: number
  /** Events published in one turn of the event loop. */
  readonly burst: number
  readonly events: number
}

/** The time of a broadcast. */
export interface Broadcast {
  /** From the first publishing until everybody had everything. */
  readonly ms: number
  readonly deliveries: number
  /** The processor time of the processes, in milliseconds. */
  readonly serverCpu: number
  readonly clientsCpu: number
  /** Of the server, for each connection, in bytes. */
  readonly rss: number
  readonly heap: number
}

/** The wait of returning clients, in milliseconds: for the last event they missed, and for `live`. */
export interface Replay {
  /** The first to come back after the events were published. */
  readonly cold: { readonly last: number; readonly live: number }
  readonly warm: readonly { readonly last: number; readonly live: number }[]
}

async function withServer<T>(
  name: Name,
  use: (server: Worker<ServerCommands>, clients: Worker<ClientCommands>, port: number) => Promise<T>,
): Promise<T> {
  const server = startWorker<ServerCommands>('serve.ts', name)
  const clients = startWorker<ClientCommands>('clients.ts')
  try {
    return await use(server, clients, await server.call('port'))
  } finally {
    await Promise.all([server.stop(), clients.stop()])
  }
}

/** @param events - As many again go ahead, to warm up the server: it is to run for longer than a second. */
export const broadcast = (name: Name, { connections, burst, events }: Scene): Promise<Broadcast> =>
  withServer(name, async (server, clients, port) => {
    // Modules that load with the first request do not count for a connection.
    await clients.call('connect', port, 1)
    await server.call('connected', 1)
    await clients.call('disconnect')
    await server.call('connected', 0)
    const before = await server.call('memory')

    await clients.call('connect', port, connections)
    await server.call('connected', connections)
    await clients.call('expect', events)
    await server.call('publish', events, burst)
    await clients.call('finished')

    await clients.call('expect', 2 * events)
    const cpus = [await server.call('cpu'), await clients.call('cpu')] as const
    const [startedAt = 0] = await server.call('publish', events, burst)
    const { at } = await clients.call('finished')
    const [serverCpu, clientsCpu] = [(await server.call('cpu')) - cpus[0], (await clients.call('cpu')) - cpus[1]]

    const after = await server.call('memory')
    // Events that were sent twice have arrived by now.
    await clients.call('finished')
    return {
      ms: at - startedAt,
      deliveries: connections * events,
      serverCpu,
      clientsCpu,
      rss: (after.rss - before.rss) / connections,
      heap: (after.heap - before.heap) / connections,
    }
  })

/** @returns Milliseconds from the publishing of an event to its arrival: of every event at every client. */
export const latencies = (name: Name, connections: number, perSecond: number, events: number): Promise<Float64Array> =>
  withServer(name, async (server, clients, port) => {
    await clients.call('connect', port, connections)
    await server.call('connected', connections)
    const warmUp = perSecond
    await clients.call('expect', warmUp)
    await server.call('publish', warmUp, 1, 1000 / perSecond)
    await clients.call('finished')

    await clients.call('expect', warmUp + events, true)
    const publishedAt = await server.call('publish', events, 1, 1000 / perSecond)
    const { arrivals = new Float64Array() } = await clients.call('finished')
    const all = new Float64Array(connections * events)
    for (let client = 0; client < connections; client++)
      for (let n = 0; n < events; n++)
        all[client * events + n] = Number(arrivals[client * (warmUp + events) + warmUp + n]) - Number(publishedAt[n])
    return all
  })

/** @param times - How many come back, one after the other. */
export const replay = (name: Name, events: number, times: number): Promise<Replay> =>
  withServer(name, async (server, clients, port) => {
    const cursor = await clients.call('cursor', port)
    await server.call('connected', 0)
    await server.call('publish', events)
    const cold = await clients.call('replay', port, cursor, events)
    const warm = []
    for (let time = 0; time < times; time++) warm.push(await clients.call('replay', port, cursor, events))
    return { cold, warm }
  })
