import { createSSE, type SSEClient } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { keepCursor } from 'headwater/resume'
import { createFastClock, sleep } from '../../../attack/site.ts'
import { createProgress, type Load, type StartLoad } from '../load.ts'

/*
 * One client that loses its connection again and again. Its clock is ten times as fast as the machine's, so the least wait of
 * 100 ms takes 10 ms. The timers are real.
 */

/** What the server says in an event: its number, and what the client is to do. */
interface Step {
  readonly n: number
  readonly ask?: 'reconnect' | 'disconnect'
}

type Events = { step: Step; fill: object }

/** Lets a client connect, or has its next attempt wait. */
interface Gate {
  /** The URL of an attempt, once the gate is open. */
  pass(): Promise<string>
  open(): void
  /** Resolves when an attempt waits. */
  close(): Promise<void>
}

function createGate(url: string): Gate {
  let opened: Promise<void> | undefined
  let open = (): void => {}
  let onWait = (): void => {}
  return {
    async pass() {
      onWait()
      await opened
      return url
    },
    open: () => open(),
    close() {
      opened = new Promise((resolve) => {
        open = resolve
      })
      return new Promise((resolve) => {
        onWait = resolve
      })
    },
  }
}

const options = () => ({ clock: createFastClock(), retry: { initial: 0 }, connectTimeout: Infinity })

/** The client gives the body of a refused response so many milliseconds, and then some. Its timer is not stopped before. */
const REFUSED = 1100
/** A client remembers up to 8,000 events, to recognise repeats. With one more it drops half of them. */
const HALF = 4000

/**
 * Counts the connections of a client, follows what the server says, and checks that no event is missing.
 * @param fill - Where a POST has the server send events ahead of the next connection's own.
 */
function follow(sse: SSEClient<Events>, gate: Gate, fill: string): Load {
  const openings = createProgress()
  let last = 0
  let wanted = 0
  let events = 0
  sse.observe({ onOpen: openings.add, onGap: ({ reason }) => openings.fail(Error(`a gap: ${reason}`)) })
  sse.state.subscribe((state) => {
    if (state.status === 'closed') openings.fail(Error(`closed: ${state.error?.message}`))
  })
  sse.subscribe('*', () => void events++)
  sse.subscribe('step', ({ n, ask }) => {
    if (n !== last + 1) openings.fail(Error(`event ${n} after ${last}`))
    last = n
    if (ask === 'reconnect') sse.reconnect()
    if (ask !== 'disconnect') return
    sse.disconnect()
    sse.connect()
  })
  return {
    async run(operations) {
      // Then the client remembers as many each time that it is measured.
      const missing = 2 * HALF - (events % HALF)
      if (events) await fetch(`${fill}?count=${missing}`, { method: 'POST' })
      gate.open()
      wanted += operations
      await openings.reach(wanted)
      await gate.close()
      await sleep(REFUSED)
    },
    close: sse.close,
  }
}

/** A plain server, which ends connections in every way there is: see wire.ts. */
export const startReconnects: StartLoad = (origin) => {
  const gate = createGate(`${origin}/wire/steps`)
  return follow(createSSE<Events>(gate.pass, { ...options(), onUnauthorized: () => {} }), gate, `${origin}/wire/steps`)
}

/** A hub, with a cursor that outlives the page. */
export const startHubReconnects: StartLoad = (origin) => {
  let kept = ''
  const storage = {
    load: () => kept,
    save(id: string) {
      kept = id
    },
  }
  // A page has a storage of its own.
  const resume = keepCursor('document' in globalThis ? 'session' : storage, { scope: 'soak' })
  const gate = createGate(`${origin}/hub/steps`)
  return follow(
    createHubClient<Events>(gate.pass, { ...options(), resume, topics: ['steps'] }),
    gate,
    `${origin}/publish/fill`,
  )
}

/** The same without headwater: what the platform leaves behind by itself. */
export const startPlainReconnects: StartLoad = (origin) => ({
  async run(operations) {
    for (let left = operations; left > 0; ) {
      const controller = new AbortController()
      const { signal } = controller
      const response = await fetch(`${origin}/wire/steps`, {
        signal,
        cache: 'no-store',
        headers: { 'last-event-id': '1' },
      })
      if (response.status === 200) left--
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      try {
        for (let isOver = !reader; !isOver; ) {
          const { done, value = '' } = (await reader?.read()) ?? { done: true }
          if (value.includes('ask')) controller.abort()
          isOver = done
        }
      } catch {
        // The server has broken the connection, or the client has.
      }
    }
  },
  close() {},
})
