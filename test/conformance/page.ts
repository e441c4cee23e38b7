import type { Case, Heard } from './case.ts'
import { CLIENTS } from './clients.ts'
import type { ClientName } from './names.ts'

/*
 * The document of one case: a frame, whose address says what to do. What its client hears goes to the page around it.
 */

/** What the address of the frame says, behind its `#`. */
export interface Given {
  readonly id: number
  readonly client: ClientName
  readonly names: readonly string[]
  readonly act: Case['act']
}

/** What the frame posts: that its client is there, and each event. */
type Message = readonly [id: number, event: Heard | undefined]

const { id, client, names, act }: Given = JSON.parse(decodeURIComponent(location.hash.slice(1)))

/** The page around it has another origin. */
const post = (event?: Heard): void => parent.postMessage([id, event] satisfies Message, '*')

try {
  const close = CLIENTS[client]('/events', names, (event) => {
    post(event)
    if (act === 'throw') throw new Error('a bug in the application')
    if (act === 'close') close()
  })
} finally {
  // A client that throws is watched all the same.
  post()
}
