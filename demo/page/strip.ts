import type { ConnectionState } from 'headwater'
import { happenedAt } from '../shared/events.ts'
import type { Stream } from './client.ts'
import { byId, calm, setText } from './dom.ts'
import { count } from './format.ts'
import type { Tabs } from './tabs.ts'
import { STATUS } from './words.ts'

/*
 * The last minute as a strip: below, the states of the connection; above, how many events arrived in each half second.
 * One unit of the drawing is a second. Shapes keep their place in time, and the strip slides under its window.
 */

const WINDOW = 60
const BIN = 0.5
/** Where the lanes stand, in the drawing's own units of height. */
const BARS = { bottom: 66, height: 62 }
const STATES = { bottom: 100, height: 26 }
/** How wide the mark of a hand-over is. */
const HAND_OVER = 0.2
/** A burst of this many events fills the lane. */
const FULL = 120

/** The states differ in height too, not only in colour. */
const HEIGHT: Readonly<Record<ConnectionState['status'], number>> = {
  open: 1,
  connecting: 0.66,
  waiting: 0.42,
  paused: 0.2,
  closed: 0.2,
  idle: 0.2,
}

export function showStrip(sse: Stream, tabs: Tabs): void {
  const tape = createTape()
  showStates(sse, tape)
  showEvents(sse, tape)
  let leader: number | undefined
  tabs.subscribe((roster) => {
    if (leader !== undefined && roster.leader !== undefined && roster.leader !== leader)
      place(tape.add('hand-over', tape.now(), HAND_OVER), { bottom: 100, height: 100 }, 1, 0)
    leader = roster.leader ?? leader
  })
}

/** The drawing, which slides to the left. */
interface Tape {
  /** In seconds, since the tape was made. */
  now(): number
  add(kind: string, x: number, width: number): SVGRectElement
  /** From now on the last shape grows with time, until there is another. */
  grow(rect: SVGRectElement): void
}

function createTape(): Tape {
  const tape = byId('tape', SVGGElement)
  byId('strip', SVGSVGElement).setAttribute('viewBox', `${-WINDOW} 0 ${WINDOW} 100`)
  const origin = performance.now()
  const now = (): number => (performance.now() - origin) / 1000
  let running: SVGRectElement | undefined
  let drawnAt = -Infinity

  function draw(): void {
    requestAnimationFrame(draw)
    const at = now()
    // A user who prefers less motion gets one step a second instead of a slide.
    if (calm() && at - drawnAt < 1) return
    drawnAt = at
    stretch(running, at)
    tape.setAttribute('transform', `translate(${-at} 0)`)
  }

  draw()
  return {
    now,
    add(kind, x, width) {
      for (const old of [...tape.children]) if (old !== running && endOf(old) < x - WINDOW) old.remove()
      const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
      rect.setAttribute('class', kind)
      rect.setAttribute('x', `${x}`)
      rect.setAttribute('width', `${width}`)
      tape.append(rect)
      return rect
    },
    grow(rect) {
      stretch(running, Number(rect.getAttribute('x')))
      running = rect
    },
  }
}

function showStates(sse: Stream, { add, grow, now }: Tape): void {
  const summary = byId('strip-summary', SVGTitleElement)
  let interruptions = 0
  sse.state.subscribe(({ status }) => {
    const phase = add('phase', now(), 0)
    phase.dataset.status = status
    place(phase, STATES, HEIGHT[status], 0)
    grow(phase)
    if (status === 'waiting') interruptions++
    setText(summary, `Now: ${STATUS[status]}. ${count(interruptions, 'wait')} for a next try so far.`)
  })
}

function showEvents(sse: Stream, { add, now }: Tape): void {
  let bin = { at: -1, live: 0, replayed: 0 }
  let liveBar: SVGRectElement | undefined
  let replayedBar: SVGRectElement | undefined
  sse.subscribe('*', (data) => {
    const state = sse.state.get()
    const at = Math.floor(now() / BIN) * BIN
    if (at !== bin.at) {
      bin = { at, live: 0, replayed: 0 }
      liveBar = add('events', at, BIN * 0.8)
      replayedBar = add('events', at, BIN * 0.8)
      replayedBar.dataset.replayed = ''
    }
    if (state.status === 'open' && happenedAt(data) < state.since) bin.replayed++
    else bin.live++
    const live = scale(bin.live)
    place(liveBar, BARS, live, 0)
    place(replayedBar, BARS, scale(bin.live + bin.replayed) - live, live)
  })
}

/** By the root: next to a replay of a hundred events, three live ones are still to be seen. */
const scale = (events: number): number => Math.min(Math.sqrt(events / FULL), 1)

function place(rect: SVGRectElement | undefined, lane: typeof BARS, share: number, above: number): void {
  const height = share * lane.height
  rect?.setAttribute('y', `${lane.bottom - above * lane.height - height}`)
  rect?.setAttribute('height', `${height}`)
}

function stretch(rect: SVGRectElement | undefined, to: number): void {
  rect?.setAttribute('width', `${Math.max(to - Number(rect.getAttribute('x')), 0)}`)
}

const endOf = (rect: Element): number => Number(rect.getAttribute('x')) + Number(rect.getAttribute('width'))
