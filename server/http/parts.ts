import type { Assembly } from '../streams/assembly.ts'
import type { Connect } from '../streams/open.ts'
import type { Host } from './host.ts'
import type { Permissions } from './permissions.ts'
import type { Questions } from './questions.ts'

/** The parts of the hub that HTTP requests can reach. */
export interface Services extends Assembly {
  /** Empties the log, and counts from 0. */
  reset(): Promise<void>
}

/** The same, and who may have it. */
export interface HttpParts extends Services, Questions, Permissions {}

/** A request on its way to its answer. */
export interface Incoming {
  readonly request: Request
  readonly url: URL
  /** The topic that its address stands for. */
  readonly fixed: string | undefined
  readonly host: Host
  /** Begins the answer, if it is a stream. */
  readonly connect: Connect
}
