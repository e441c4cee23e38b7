import type { SSEOptions } from 'headwater'
import { hub } from 'headwater/hub'
import type { Script, Step } from 'headwater/testing'
import { type Bench, bench } from '../support/client.ts'

export const send = (event: string, data: unknown, id?: string): Step => ({ send: { event, data, id } })
export const DROP: Step = { drop: true }

/** What a server that speaks the protocol says first. */
export const hello = (recovered: boolean, id = 'k3f9x2ab-10', more: object = {}): Step =>
  send(
    'connected',
    {
      v: 1,
      clientId: 'n1.x',
      epoch: id.split('-')[0],
      cursor: id,
      recovered,
      heartbeatMs: 15_000,
      topics: [],
      ...more,
    },
    id,
  )

/** A client with `hub()`, of a server with this script. */
export const speaking = (script: Script, options: SSEOptions = {}): Bench =>
  bench({ server: hub(), ...options }, { script })

/** So many requests, all answered alike. */
export const always = (...steps: Step[]): Script => Array(50).fill(steps)
