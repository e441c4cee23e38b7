import { SSEError } from '../base/errors.ts'
import { blockOf } from './backlog.ts'
import { catchUp } from './catch-up.ts'
import type { Hello, Message, Welcome } from './message.ts'
import { type Attempt, deliverAll, introduce, introOf, type Tab } from './tab.ts'
import type { Union } from './union.ts'

/*
 * How a tab begins, or goes on after a hole: the leader gives it what it lacks.
 */

/** @param intro - What the server has said of itself. */
export function welcome(tab: Tab, { from, ask, at }: Hello, intro: Union['_intro']): Welcome {
  const { n, cursor } = tab._at
  const lacks = tab._backlog._after(at)
  const isWhole = (at.n || at.cursor) && lacks?.every((entry) => introOf(blockOf(entry))?.recovered !== false)
  return {
    kind: 'welcome',
    to: from,
    ask,
    n,
    // Without an id there is nothing to ask the server for: the tab can only go on from here.
    entries: lacks ?? (at.cursor ? undefined : []),
    heartbeatMs: tab._attempt?._heartbeatMs,
    intro: intro && { ...intro, recovered: Boolean(isWhole) },
    cursor,
  }
}

/** @param hello - Asks for what is still lacking. */
export function begin(tab: Tab, attempt: Attempt, message: Message<Welcome>, hello: () => void): void {
  const { term, n, entries, heartbeatMs, intro, cursor } = message
  const { _sink, _request } = attempt
  if (!entries)
    return intro ? catchUp(tab, attempt, hello) : _sink.end(new SSEError('http', 'far behind', { status: 409 }))
  attempt._isLive = true
  if (attempt._isOpen) _sink.heard()
  else {
    attempt._isOpen = true
    _sink.open({ heartbeatMs })
    const id = _request.lastEventId ? undefined : cursor || undefined
    introduce(tab, intro, id)
  }
  // The frames that it lacks may have the numbers of an earlier leader. After that they are this one's.
  const [first] = entries
  if (first) tab._at = { ...tab._at, term: first.term, n: first.n - 1 }
  deliverAll(tab, attempt, entries)
  if (tab._attempt === attempt) tab._at = { term, n, cursor: tab._at.cursor || cursor }
}
