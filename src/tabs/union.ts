import { setTimer, soon } from '../clock.ts'
import { type Control, readControl } from '../protocol.ts'
import type { Hello } from './message.ts'
import { joined, type Tab } from './tab.ts'

/*
 * The topics of all tabs, as the server knows them: one set for the one line. And what the server says of that line, as it is
 * to be passed on.
 */

export interface Union {
  /** What the server has said of itself on this line; undefined if it has not. */
  readonly intro: Control | undefined
  /** A line is about to be made. @returns All topics to ask for. */
  begin(): readonly string[]
  /** Tells the server what has changed, once the line is open. */
  retell(): void
  /** Whether the server has been asked for all of these, and has answered. */
  covers(topics: readonly string[]): boolean
  /** What an event says, for all tabs; undefined if it is about the line alone. */
  read(type: string, data: string): string | undefined
  end(): void
}

/** For how long the stream may not say that a change has been made. */
const ACK = 5000

/**
 * @param hellos - What the other tabs want.
 * @param changed - The server has answered: others may join.
 */
export function createUnion(tab: Tab, hellos: () => readonly Hello[], changed: () => void): Union {
  const { clock, host } = tab
  let asked: readonly string[] = []
  let settled = true
  let revision = 0
  let timer: unknown

  const union = (): string[] => [...new Set([...(tab.try?.topics ?? []), ...hellos().flatMap(({ topics }) => topics)])]

  const self: { -readonly [K in keyof Union]: Union[K] } = {
    intro: undefined,
    begin() {
      self.end()
      self.intro = undefined
      settled = true
      asked = union()
      return asked
    },
    retell() {
      const mine = tab.try
      if (!mine) return
      const all = union()
      const add = all.filter((name) => !asked.includes(name))
      const remove = asked.filter((name) => !all.includes(name))
      // What this client has just asked for may have been there already, as another tab wants it.
      if (!add.length && !remove.length) return settled ? joined(mine, self.intro?.topics) : undefined
      const clientId = self.intro?.clientId
      if (!clientId) return add.length ? tab.renew() : undefined
      self.end()
      asked = all
      settled = false
      const rev = ++revision
      // A new request asks for all of them.
      const again = (): unknown => rev === revision && !settled && tab.renew()
      timer = setTimer(clock, ACK, again)
      host.tell({ clientId, rev, add, remove, all }).catch(again)
    },
    covers: (topics) => settled && topics.every((name) => asked.includes(name)),
    read(type, data) {
      const control = type === 'connected' || type === 'subscribed' ? readControl(data) : {}
      if (type === 'connected' && control.v) self.intro = control
      if (type !== 'subscribed' || !self.intro) return data
      // Numbered by this tab, which the clients know nothing of; of an earlier number the later one's answer tells more.
      if (control.rev !== revision) return undefined
      self.end()
      settled = true
      self.intro = { ...self.intro, topics: control.topics ?? asked }
      soon(changed)
      return JSON.stringify({ ...control, rev: undefined, asked })
    },
    end() {
      // Of no interest any more, whoever still answers.
      revision++
      clock.clearTimeout(timer)
    },
  }
  return self
}
