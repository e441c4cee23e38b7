import { Cluster, Redis } from 'ioredis'

/** Where a Redis is. */
export type Address =
  | { readonly kind: 'single'; readonly port: number }
  /** The ports of the Sentinels. */
  | { readonly kind: 'sentinel'; readonly ports: readonly number[] }
  /** The ports of the nodes. */
  | { readonly kind: 'cluster'; readonly ports: readonly number[] }

const at = (port: number) => ({ host: '127.0.0.1', port })

/** The name of the master that the Sentinels watch. */
export const MASTER = 'main'

/** As an application connects. */
export function connect(address: Address): Redis | Cluster {
  if (address.kind === 'single') return new Redis(at(address.port))
  if (address.kind === 'cluster') return new Cluster(address.ports.map(at), { clusterRetryStrategy: () => 100 })
  return new Redis({ sentinels: address.ports.map(at), name: MASTER, sentinelRetryStrategy: () => 100 })
}
