import type { Case, Heard } from './case.ts'
import { CLIENTS } from './clients.ts'
import type { ClientName } from './names.ts'

/** What a page of the suite has. */
declare global {
  var heard: Heard[]
  function openClient(client: ClientName, url: string, names: readonly string[], act: Case['act']): void
}

globalThis.heard = []
globalThis.openClient = (client, url, names, act) => {
  const close = CLIENTS[client](url, names, (event) => {
    heard.push(event)
    if (act === 'throw') throw new Error('a bug in the application')
    if (act === 'close') close()
  })
}
