import { type ClientSelector, selectClients } from '../audience/clients.ts'
import type { HubParts } from './parts.ts'

/** Ends streams. @returns How many of this process. @throws TypeError for what selects no stream. */
export type Kick = (which: ClientSelector) => number

export function createKick({ registry, streams, others }: Pick<HubParts, 'registry' | 'streams' | 'others'>): Kick {
  function kickHere(which: ClientSelector): number {
    const found = selectClients(registry, which, 'kick')
    for (const client of found) streams.end(client, 'kicked')
    return found.length
  }
  others.on('kick', ({ which }) => kickHere(which))

  return (which) => {
    const count = kickHere(which)
    others.tell('kick', { which })
    return count
  }
}
