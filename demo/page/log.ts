import type { TabsRole } from 'headwater/tabs'
import { role, type Stream } from './client.ts'
import { byId, frameBatch, make, setText } from './dom.ts'
import { seconds, time } from './format.ts'
import { describeError, describeEvent, ROLES } from './words.ts'

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
  const scroller = byId('log-scroller', HTMLElement)
  const list = byId('log', HTMLElement)
  const pause = byId('log-pause', HTMLButtonElement)
  let lines: HTMLLIElement[] = []
  let paused = false
  let following = true
  let top = 0
  let part: TabsRole | undefined

  const schedule = frameBatch(() => {
    if (paused) {
      setText(pause, `Go on (${lines.length === KEPT ? `${KEPT} or more` : lines.length} new)`)
      return
    }
    list.append(...lines)
    lines = []
    while (list.children.length > KEPT) list.firstElementChild?.remove()
    follow()
  })

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

  function add(kind: string, at: number, name: string, text: string, number = ''): void {
    const line = make('li')
    line.dataset.kind = kind
    line.append(make('time', '', time(at)), make('span', 'number', number), make('span', 'name', name))
    line.append(make('span', 'text', text))
    lines.push(line)
    // Bounded while paused, and in a hidden tab, where no frame is ever drawn.
    if (lines.length > KEPT) lines.shift()
    schedule()
  }

  sse.state.subscribe(({ status }) => {
    // Of these two the observers know more.
    if (status !== 'open' && status !== 'waiting') add('state', Date.now(), status, '')
  })
  sse.observe({
    onOpen({ recovered }) {
      add('state', Date.now(), 'open', recovered === true ? 'goes on after the last id' : 'starts afresh')
      noteRole()
    },
    onRetry: ({ delay, error }) =>
      add('state', Date.now(), 'waiting', `${describeError(error)}; next try in ${seconds(delay)}`),
    onGap: ({ reason }) => add('state', Date.now(), 'gap', reason),
    onEvent: ({ id, type, data, receivedAt }) =>
      add('event', receivedAt, type, describeEvent(type, data), `#${id.slice(id.lastIndexOf('-') + 1)}`),
  })

  // Who asks for the lead hears through another tab, for a moment, by whatever name: only what has come of it is told.
  function noteRole(): void {
    const now = role.get()
    if (now === part || sse.state.get().status !== 'open') return
    part = now
    add('state', Date.now(), 'role', ROLES[now])
  }

  role.subscribe(noteRole)

  pause.addEventListener('click', () => {
    paused = !paused
    pause.setAttribute('aria-pressed', `${paused}`)
    if (!paused) setText(pause, 'Pause')
    schedule()
  })

  return { note: (text) => add('note', Date.now(), 'page', text) }
}
