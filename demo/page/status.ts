import type { ConnectionState, Opened, SSEClient } from 'headwater'
import { byId, setText } from './dom.ts'
import { duration, seconds } from './format.ts'
import { describeState, STATUS } from './words.ts'

/*
 * The badge, why it is so, and a bar for what is being waited for: the next try, or the end of the client's patience
 * with a silent line.
 */

/** The client's own limit: 2.5 times the announced heartbeat, but never under ten seconds. */
const PATIENCE = 10_000
/** A state that has lasted this long is worth saying aloud; a try that fails at once is not. */
const SETTLED = 700
/** Shorter silences are nothing to worry a reader with. */
const QUIET = 2500

export function showStatus<E>(sse: Pick<SSEClient<E>, 'state' | 'observe'>): void {
  const panel = byId('connection', HTMLElement)
  const badge = byId('badge', HTMLElement)
  const reason = byId('reason', HTMLElement)
  const announcer = byId('announcer', HTMLElement)
  const clock = byId('clock', HTMLElement)
  const bar = byId('bar', HTMLElement)
  let announcement: ReturnType<typeof setTimeout> | undefined
  let recovered: Opened['recovered'] = false
  let heardAt = Date.now()
  /** When the state began. */
  let since = Date.now()

  function draw(): void {
    const state = sse.state.get()
    panel.dataset.status = state.status
    setText(badge, STATUS[state.status])
    setText(reason, describeState(state, recovered))
    drawClock()
    clearTimeout(announcement)
    announcement = setTimeout(() => setText(announcer, `${badge.textContent}. ${reason.textContent}`), SETTLED)
  }

  function drawClock(): void {
    const [text, share] = progress(sse.state.get(), since, heardAt)
    setText(clock, text)
    bar.style.setProperty('--share', `${Math.min(Math.max(share, 0), 1)}`)
  }

  sse.state.subscribe((state) => {
    since = Date.now()
    heardAt = since
    if (state.status !== 'open') recovered = false
    draw()
  })
  sse.observe({
    onOpen(opened) {
      recovered = opened.recovered
      draw()
    },
    onEvent({ receivedAt }) {
      heardAt = receivedAt
    },
  })
  // Ten times a second, and in no live region: what is announced is the state, not its clock.
  setInterval(drawClock, 100)
}

/** What the clock says, and how full the bar is. */
function progress(state: ConnectionState, since: number, heardAt: number): [text: string, share: number] {
  const now = Date.now()
  if (state.status === 'waiting') {
    const left = state.until - now
    return [`Next try (number ${state.attempt}) in ${seconds(left)}`, left / (state.until - since)]
  }
  if (state.status !== 'open') return ['', 0]
  const silence = now - heardAt
  if (silence < QUIET) return [`Open for ${duration(now - state.since)}`, 0]
  return [`Silent for ${seconds(silence)}; given up at ${seconds(PATIENCE)}`, silence / PATIENCE]
}
