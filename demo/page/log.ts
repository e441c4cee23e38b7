import type { TabsRole } from 'headwater/tabs'
import { role, type Stream } from './client.ts'
import { byId, frameBatch, make, setText } from './dom.ts'
import { seconds, time } from './format.ts'
import { capital, describeError, describeEvent, describeOpening, describeRetry, ROLES } from './words.ts'

/*
 * Every event and every turn of the connection, oldest first. The list follows its end, unless a reader has scrolled
 * away from it or pauses it.
 */

const KEPT = 250

export interface Log {
  /** Something that is neither an event nor a state. */
  note(text: string): void
}

export function showLog(sse: Stream): Log {
  const add = createList()
  let part: TabsRole | undefined
  let isFirst = true

  sse.state.subscribe(({ status }) => {
    // The observers below know more of these two.
    if (status !== 'open' && status !== 'waiting') add({ kind: 'state', name: status })
  })
  // #region observe
  sse.observe({
    onOpen({ recovered }) {
      add({ kind: 'state', name: 'open', text: describeOpening(recovered, isFirst) })
      isFirst = false
      noteRole()
    },
    onRetry({ delay, error, attempt }) {
      const text = `${capital(describeError(error))}. ${describeRetry(attempt)} in ${seconds(delay)}`
      add({ kind: 'state', name: 'waiting', text })
    },
    onGap: ({ reason }) => add({ kind: 'state', name: 'gap', text: reason }),
    onEvent({ id, type, data, receivedAt }) {
      const number = `#${id.slice(id.lastIndexOf('-') + 1)}`
      add({ kind: 'event', at: receivedAt, name: type, text: describeEvent(type, data), number })
    },
  })
  // #endregion

  // A tab that asks for the lead is a follower for a moment. Only the role that lasts is written down.
  function noteRole(): void {
    const now = role.get()
    if (now === part || sse.state.get().status !== 'open') return
    part = now
    add({ kind: 'state', name: 'role', text: ROLES[now] })
  }

  role.subscribe(noteRole)

  return { note: (text) => add({ kind: 'note', name: 'page', text }) }
}

interface Entry {
  readonly kind: 'state' | 'event' | 'note'
  /** Default: now. */
  readonly at?: number
  readonly name: string
  readonly text?: string
  /** Of an event. */
  readonly number?: string
}

/** @returns Adds a line to the list. */
function createList(): (entry: Entry) => void {
  const list = byId('log', HTMLElement)
  const pause = byId('log-pause', HTMLButtonElement)
  const follow = followEnd(list)
  let lines: HTMLLIElement[] = []
  let paused = false

  const schedule = frameBatch(() => {
    if (paused) {
      setText(pause, `Resume (${lines.length === KEPT ? `${KEPT} or more` : lines.length} new)`)
      return
    }
    list.append(...lines)
    lines = []
    while (list.children.length > KEPT) list.firstElementChild?.remove()
    follow()
  })

  pause.addEventListener('click', () => {
    paused = !paused
    pause.setAttribute('aria-pressed', `${paused}`)
    if (!paused) setText(pause, 'Pause')
    schedule()
  })

  return ({ kind, at = Date.now(), name, text = '', number = '' }) => {
    const line = make('li')
    line.dataset.kind = kind
    line.append(make('time', '', time(at)), make('span', 'number', number), make('span', 'name', name))
    line.append(make('span', 'text', text))
    lines.push(line)
    // Bounded while paused, and in a hidden tab, where no frame is ever drawn.
    if (lines.length > KEPT) lines.shift()
    schedule()
  }
}

/** @returns Scrolls to the end of the list, unless a reader has scrolled away from it. */
function followEnd(list: HTMLElement): () => void {
  const scroller = byId('log-scroller', HTMLElement)
  let following = true
  let top = 0

  function follow(): void {
    if (following) scroller.scrollTop = scroller.scrollHeight
  }

  // Only who scrolls up leaves the end. In a window that is made narrower it moves away by itself, and is followed.
  scroller.addEventListener('scroll', () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller
    if (scrollHeight - scrollTop - clientHeight < 24) following = true
    else if (scrollTop < top) following = false
    top = scrollTop
  })
  new ResizeObserver(follow).observe(list)
  return follow
}
