import { createHubClient } from '../../src/hub/index.ts'
import { answer, now } from '../server/processes.ts'

/*
 * A process of clients: each is one of headwater's, with its defaults, over a connection of its own.
 */

/** So many connect at the same time, in the beginning. */
const WAVE = 100

/** When requests were sent, and when connections opened, since the last `reset`. */
let attempts: number[] = []
let openings: number[] = []
let open = 0

function join(url: string): Promise<void> {
  const sse = createHubClient(url, {
    fetch: (input, init) => {
      attempts.push(now())
      return fetch(input, init)
    },
  })
  sse.connect()
  return new Promise((resolve) => {
    let wasOpen = false
    sse.state.subscribe(({ status }) => {
      const isOpen = status === 'open'
      if (isOpen === wasOpen) return
      wasOpen = isOpen
      open += isOpen ? 1 : -1
      if (!isOpen) return
      openings.push(now())
      resolve()
    })
  })
}

const commands = {
  async connect(url: string, clients: number): Promise<void> {
    for (let left = clients; left > 0; left -= WAVE)
      await Promise.all(Array.from({ length: Math.min(left, WAVE) }, () => join(url)))
  },

  reset(): void {
    attempts = []
    openings = []
  },

  open: () => open,

  record: () => ({ attempts: Float64Array.from(attempts), openings: Float64Array.from(openings) }),
} as const

export type HerdCommands = typeof commands

answer(commands)
