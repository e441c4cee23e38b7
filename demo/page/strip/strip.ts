import { happenedAt } from '../../shared/events.ts'
import { byId, make, setText } from '../dom.ts'
import type { Contestant, Lanes } from '../lanes/lanes.ts'
import type { LaneState } from '../lanes/standing.ts'
import type { Tabs } from '../tabs.ts'
import { STATUS } from '../words.ts'
import { createTape, type Tape } from './tape.ts'

/*
 * The last minute of both clients. Each has a lane: above, how many events arrived in each half second; below, what the client says
 * of its connection.
 */

const BIN = 0.5
/** A burst of this many events fills the lane. */
const FULL = 120
/** The lines of the scale. */
const LEVELS = [10, 60]

/** A part of the drawing, in its own units of height. */
interface Band {
  readonly bottom: number
  readonly height: number
}

const BANDS: Readonly<Record<Contestant['name'], { readonly bars: Band; readonly states: Band }>> = {
  headwater: { bars: { bottom: 39, height: 34 }, states: { bottom: 48, height: 8 } },
  eventsource: { bars: { bottom: 90, height: 34 }, states: { bottom: 99, height: 8 } },
}

/** The states differ in height too, not only in colour. */
const HEIGHT: Readonly<Record<LaneState['status'], number>> = {
  open: 1,
  connecting: 0.66,
  waiting: 0.42,
  paused: 0.2,
  closed: 0.2,
  idle: 0.2,
  off: 0,
}

export interface Strip {
  /** Writes the name of a fault at the present moment. */
  mark(name: string): void
}

export function showStrip({ headwater, native }: Lanes, tabs: Tabs): Strip {
  const tape = createTape()
  const summary = byId('strip-summary', SVGTitleElement)
  const clients = [headwater, native]
  for (const client of clients) {
    drawScale(client.name)
    showStates(client, tape)
    showEvents(client, tape)
    client.state.subscribe(() =>
      setText(summary, clients.map(({ title, state }) => `${title}: ${nameOf(state.get())}.`).join(' ')),
    )
  }
  let leader: number | undefined
  tabs.subscribe((roster) => {
    if (leader !== undefined && roster.leader !== undefined && roster.leader !== leader)
      tape.mark(`Tab ${roster.leader} took over`)
    leader = roster.leader ?? leader
  })
  return { mark: tape.mark }
}

const nameOf = ({ status }: LaneState): string => (status === 'off' ? 'not running' : STATUS[status])

function showStates({ name, state }: Contestant, { add, grow, now }: Tape): void {
  let stop = (): void => {}
  state.subscribe(({ status }) => {
    stop()
    const phase = add('phase', now(), 0)
    phase.dataset['status'] = status
    place(phase, BANDS[name].states, HEIGHT[status], 0)
    stop = grow(phase)
  })
}

function showEvents({ name, state, onEvent }: Contestant, { add, now }: Tape): void {
  const { bars } = BANDS[name]
  let bin = { at: -1, live: 0, replayed: 0 }
  let liveBar: SVGRectElement | undefined
  let replayedBar: SVGRectElement | undefined
  onEvent((data) => {
    const current = state.get()
    const at = Math.floor(now() / BIN) * BIN
    if (at !== bin.at) {
      bin = { at, live: 0, replayed: 0 }
      liveBar = add('events', at, BIN * 0.8)
      replayedBar = add('events', at, BIN * 0.8)
      replayedBar.dataset['replayed'] = ''
    }
    if (current.status === 'open' && happenedAt(data) < current.since) bin.replayed++
    else bin.live++
    const live = share(bin.live)
    place(liveBar, bars, live, 0)
    place(replayedBar, bars, share(bin.live + bin.replayed) - live, live)
  })
}

/** By the root: beside a replay of a hundred events, three live ones are still to be seen. */
const share = (events: number): number => Math.min(Math.sqrt(events / FULL), 1)

/** The lines of a lane's scale, with their numbers beside them. */
function drawScale(name: Contestant['name']): void {
  const { bottom, height } = BANDS[name].bars
  for (const level of LEVELS) {
    const y = bottom - share(level) * height
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    line.setAttribute('d', `M-60 ${y}H0`)
    byId('grid', SVGGElement).append(line)
    const label = make('span', '', `${level}`)
    label.style.top = `${y}%`
    byId('scale', HTMLElement).append(label)
  }
}

function place(rect: SVGRectElement | undefined, band: Band, share: number, above: number): void {
  const height = share * band.height
  rect?.setAttribute('y', `${band.bottom - above * band.height - height}`)
  rect?.setAttribute('height', `${height}`)
}
