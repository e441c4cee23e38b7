import type { Waiting } from '../decisions/state.ts'
import { type PlainState, revive } from './message.ts'
import { renew, type Tab } from './tab.ts'

/**
 * Brings the client of a follower into the state of the leader's.
 * @param hello - Asks the leader to let this tab begin.
 */
export function mirror(tab: Tab, state: PlainState, hello: () => void): void {
  const { _host, _attempt } = tab
  const { status } = state
  const own = _host.state.get()
  tab._waitsUntil = status === 'waiting' ? state.until : 0
  if (status === 'waiting') {
    if ((own as Partial<Waiting>).until === state.until) return
    _attempt?._link?.close()
    _host.wait({ ...state, error: revive(state.error) })
  } else if (own.status === 'waiting' || (status === 'connecting' && own.status === 'open')) renew(tab)
  else if (status === 'open' && !_attempt?._isLive) hello()
}
