import type { Store } from 'headwater'
import type { TabsRole } from 'headwater/tabs'
import type { UserId } from '../shared/users.ts'
import { createMark } from './store.ts'

/*
 * The tabs of this browser that show this page, and their roles. This is for the reader alone, headwater does not need it. Each tab
 * holds a Web Lock with its role in the name. The browser releases the locks of a tab that is gone, even after a crash.
 */

/** The tabs that share one connection. */
export interface Roster {
  /** This tab's number: the smallest that was free. */
  readonly own: number
  /** The tabs that take part, this one too unless it is alone. */
  readonly sharing: readonly number[]
  /** Which of them has the connection; undefined while none has. */
  readonly leader: number | undefined
}

export interface Tabs extends Store<Roster> {
  /** Asks the browser now, rather than now and then. */
  look(): Promise<Roster>
}

const PREFIX = 'headwater-demo'
/** A tab that comes or changes sends a message. A tab that crashes does not. In milliseconds. */
const LOOK_EVERY = 1000

/** @param role - What part this tab plays. */
export async function joinTabs(role: Store<TabsRole>, user: UserId): Promise<Tabs> {
  const channel = new BroadcastChannel(PREFIX)
  let { number, release } = await takeNumber()
  const roster = createMark<Roster>({ own: number, sharing: [], leader: undefined })
  let leave = (): void => {}

  function play(part: TabsRole): void {
    leave()
    leave = part === 'alone' ? () => {} : hold(`${PREFIX}/${number}/${user}/${part}`, changed)
  }

  function changed(): void {
    channel.postMessage('changed')
    void look()
  }

  async function look(): Promise<Roster> {
    const { held = [] } = await navigator.locks.query()
    const sharing = new Set<number>()
    let leader: number | undefined
    for (const { name = '' } of held) {
      const [prefix, tab, whose, part] = name.split('/')
      if (prefix !== PREFIX || whose !== user) continue
      sharing.add(Number(tab))
      if (part === 'leader') leader = Number(tab)
    }
    const next: Roster = { own: number, sharing: [...sharing].sort((a, b) => a - b), leader }
    if (JSON.stringify(next) !== JSON.stringify(roster.get())) roster.set(next)
    return next
  }

  role.subscribe(play)
  channel.addEventListener('message', () => void look())
  setInterval(look, LOOK_EVERY)
  // A page in the back/forward cache is no tab that anybody sees.
  addEventListener('pagehide', () => {
    play('alone')
    release()
  })
  addEventListener('pageshow', async ({ persisted }) => {
    if (!persisted) return
    ;({ number, release } = await takeNumber())
    play(role.get())
  })
  await look()
  return { get: roster.get, subscribe: roster.subscribe, look }
}

async function takeNumber(): Promise<{ readonly number: number; readonly release: () => void }> {
  for (let number = 1; ; number++) {
    const release = await holdIfFree(`${PREFIX}/${number}`)
    if (release) return { number, release }
  }
}

/** @returns Lets go of it; undefined if somebody else has it. */
const holdIfFree = (name: string): Promise<(() => void) | undefined> =>
  new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(undefined),
    )
  })

/**
 * Holds a lock that nobody else wants.
 * @param changed - Called when it is held, and when it no longer is.
 * @returns Lets go of it.
 */
function hold(name: string, changed: () => void): () => void {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const held = (): Promise<void> => {
    changed()
    return released
  }
  void navigator.locks.request(name, held).then(changed)
  return release
}
