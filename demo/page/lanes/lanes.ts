import type { SSEClient, Store } from 'headwater'
import type { TabsRole } from 'headwater/tabs'
import { type Events, NATIVE_CLIENT, type Published } from '../../shared/events.ts'
import { createLane, type Lane } from './lane.ts'
import { createNativeClient, type NativeClient } from './native.ts'
import { watchPublished } from './published.ts'
import type { LaneState, LaneView } from './standing.ts'

/*
 * Two clients of the same stream under the same faults, headwater and the browser's EventSource, each counted against what the
 * server has published.
 */

type Data = Events[keyof Events]

/** A client of the stream, with its count. */
export interface Contestant {
  readonly name: 'headwater' | typeof NATIVE_CLIENT
  /** As a reader knows it. */
  readonly title: string
  readonly state: Store<LaneState>
  view(): LaneView
  /** Calls a listener with each event that this client receives. */
  onEvent(listener: (data: Data) => void): void
}

export interface Lanes {
  readonly headwater: Contestant
  readonly native: Contestant
  /** Opens a new EventSource, which knows nothing of the last one. */
  reopen(): void
}

export interface LanesParts {
  readonly sse: Pick<SSEClient<Events>, 'state' | 'subscribe'>
  /** The role of this tab. */
  readonly role: Store<TabsRole>
  /** The id of the event after which the count begins. */
  readonly cursor: string
  fetchPublished(cursor: string): Promise<Published>
  fetchToken(): Promise<string>
}

export function runLanes({ sse, role, cursor, fetchPublished, fetchToken }: LanesParts): Lanes {
  const own = createContestant('headwater', sse.state, createLane(cursor))
  const lane = createLane(cursor)
  const client = createNativeClient(fetchToken, (id, data) => native.receive(id, data))
  const native = createContestant(NATIVE_CLIENT, client.state, lane)
  let newest = cursor

  sse.subscribe('*', (data, { id }) => {
    newest = id
    own.receive(id, data)
  })
  runBesideLeader(sse.state, role, client, (isFirst) => {
    if (isFirst) return cursor
    lane.restart(newest)
    return newest
  })
  void watchPublished(cursor, fetchPublished, [own.lane, lane])

  return { headwater: own, native, reopen: () => void client.open('') }
}

/**
 * Runs the EventSource in one tab of several, the one that has the connection: a browser opens only six to one server.
 * @param start - Where the EventSource begins. `isFirst`: this tab has never been without the connection.
 */
function runBesideLeader(
  state: Store<LaneState>,
  role: Store<TabsRole>,
  client: NativeClient,
  start: (isFirst: boolean) => string,
): void {
  let isFirst = true
  function draw(): void {
    if (state.get().status !== 'open') return
    const isOff = client.state.get().status === 'off'
    if (role.get() !== 'follower' && isOff) void client.open(start(isFirst))
    else if (role.get() === 'follower' && !isOff) client.close()
    isFirst = false
  }
  state.subscribe(draw)
  role.subscribe(draw)
}

interface Counted extends Contestant {
  readonly lane: Lane
  receive(id: string, data: Data): void
}

function createContestant(name: Contestant['name'], state: Store<LaneState>, lane: Lane): Counted {
  const listeners = new Set<(data: Data) => void>()
  let heardAt = 0
  return {
    name,
    title: name === NATIVE_CLIENT ? 'EventSource' : name,
    state,
    lane,
    receive(id, data) {
      heardAt = Date.now()
      lane.receive(id, 'jobId' in data ? data.jobId : undefined)
      for (const listener of listeners) listener(data)
    },
    view() {
      const now = state.get()
      const silence = now.status === 'open' ? Date.now() - Math.max(heardAt, now.since) : 0
      return { state: now, score: lane.score, silence }
    },
    onEvent: (listener) => void listeners.add(listener),
  }
}
