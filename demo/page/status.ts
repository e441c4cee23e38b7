import type { ConnectionState, SSEClient } from 'headwater'
import { byId, setText } from './dom.ts'
import { duration, seconds } from './format.ts'
import { describeRetry, describeState, STATUS } from './words.ts'

/*
 * The badge, the reason for it, and a bar that shows a wait: for the next attempt, or for the end of a silence.
 */

/** The client's own limit: 2.5 times the announced heartbeat, but at least ten seconds. */
const PATIENCE = 10_000
/** A screen reader announces a state that has lasted this long. An attempt that fails at once is not announced. */
const SETTLED = 700
/** Shorter silences are normal and are not shown. */
const QUIET = 2500

export function showStatus<E>(sse: Pick<SSEClient<E>, 'state' | 'observe'>): void {
  const panel = byId('connection', HTMLElement)
  const badge = byId('badge', HTMLElement)
  const reason = byId('reason', HTMLElement)
  const announcer = byId('announcer', HTMLElement)
  const clock = byId('clock', HTMLElement)
  const bar = byId('bar', HTMLElement)
  let announcement: ReturnType<typeof setTimeout> | undefined
  let openings = 0
  let resumed = false
  let heardAt = Date.now()
  /** When the state began. */
  let since = Date.now()

  function draw(): void {
    const state = sse.state.get()
    panel.dataset.status = state.status
    setText(badge, STATUS[state.status])
    setText(reason, describeState(state, resumed))
    drawClock()
    clearTimeout(announcement)
    announcement = setTimeout(() => setText(announcer, `${badge.textContent}. ${reason.textContent}`), SETTLED)
  }

  function drawClock(): void {
    const [text, share] = progress(sse.state.get(), since, heardAt)
    setText(clock, text)
    bar.style.setProperty('--share', `${Math.min(Math.max(share, 0), 1)}`)
  }

  // #region state
  sse.state.subscribe((state) => {
    since = Date.now()
    heardAt = since
    if (state.status !== 'open') resumed = false
    draw()
  })
  sse.observe({
    onOpen({ recovered }) {
      // The first connection continues after the table that the page has loaded. To the reader it is simply open.
      resumed = recovered === true && ++openings > 1
      draw()
    },
    onEvent({ receivedAt }) {
      heardAt = receivedAt
    },
  })
  // #endregion
  // Ten times a second, and in no live region: the state is announced, its clock is not.
  setInterval(drawClock, 100)
}

/** The text of the clock, and the share of the bar that is full. */
function progress(state: ConnectionState, since: number, heardAt: number): [text: string, share: number] {
  const now = Date.now()
  if (state.status === 'waiting') {
    const left = state.until - now
    return [`${describeRetry(state.attempt)} in ${seconds(left)}`, left / (state.until - since)]
  }
  if (state.status !== 'open') return ['', 0]
  const silence = now - heardAt
  if (silence < QUIET) return [`Open for ${duration(now - state.since)}`, 0]
  return [`Silent for ${seconds(silence)}. Reconnects at ${seconds(PATIENCE)}`, silence / PATIENCE]
}
