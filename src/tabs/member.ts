import { setTimer } from '../clock.ts'
import { SSEError } from '../errors.ts'
import type { Transport, TransportLink, TransportRequest, TransportSink } from '../transports/transport.ts'
import { createFollower } from './follower.ts'
import { createLeader, type Leader } from './leader.ts'
import { type Message, plain } from './message.ts'
import { holdLock, type TabsChannel, type TabsPlatform } from './platform.ts'
import { createTab, createTry, NOWHERE } from './tab.ts'
import { mayUsurp } from './usurp.ts'

/*
 * A client among the tabs: joins when its client wants a line, queues for the lead, and leaves when it does not.
 */

/** What part a client plays: it has the line, hears it through another tab, or shares nothing. */
export type TabsRole = 'leader' | 'follower' | 'alone'

export interface Member {
  readonly name: string
  connect(request: TransportRequest, sink: TransportSink): TransportLink
  /** Closes the client, as whoever was signed in is not any more. */
  stop(): void
  leave(): void
}

/** Followers that notice together must not take over together. */
const USURP_SPREAD = 500

export function createMember(
  name: string,
  inner: Transport,
  { host, clock }: Pick<TransportRequest, 'host' | 'clock'>,
  platform: TabsPlatform,
  locks: Pick<LockManager, 'request' | 'query'>,
  play: (role: TabsRole) => void,
  closed: () => void,
): Member {
  let channel: TabsChannel | undefined
  /** Let go of the tab's own lock, and of the lead or the queue for it. */
  let leaveTab: (() => void) | undefined
  let leaveQueue: (() => void) | undefined
  let unlook: (() => void) | undefined
  let leader: Leader | undefined
  const usurpations: number[] = []
  let usurping: unknown
  /** The next try is this tab's doing, and not its client's. */
  let renewing = false
  /** Locks or channels cannot be had. */
  let isAlone = false

  const tab = createTab({
    name,
    inner,
    host,
    clock,
    platform,
    post: (message) => channel?.postMessage(message),
    renew() {
      renewing = true
      host.reconnect()
    },
  })
  const follower = createFollower(tab, locks, suspect)

  function join(): void {
    channel = platform.channel(name, (message) => hear(message as Message))
    leaveTab = holdLock(locks, `${name}:${tab.id}`, false, () => {}, alone)
    unlook = platform.onVisibility(() => leader || follower.hello())
    queue(false)
    play('follower')
  }

  function queue(steal: boolean): void {
    leaveQueue?.()
    leaveQueue = holdLock(locks, name, steal, lead, (stolen) => {
      if (!stolen) alone()
      else if (leader) depose()
      // Before this tab knew that it had it.
      else queue(false)
    })
  }

  function lead(): void {
    follower.stop()
    tab.term = Math.max(tab.term + 1, clock.now())
    leader = createLeader(tab, locks, depose)
    play('leader')
    move()
    leader.tell()
  }

  /** Another tab leads: this one was taken for dead. */
  function depose(): void {
    if (!leader) return
    leader.resign()
    // Whoever was taken for dead does not take the lead back.
    if (!leader.yielding) usurpations.push(clock.now())
    leader = undefined
    play('follower')
    queue(false)
    move()
  }

  /** Makes a new try in place of one there is. A wait, which the last leader was told to keep, is kept. */
  function move(): void {
    const { status } = host.state.get()
    if (status === 'connecting' || status === 'open') tab.renew()
  }

  /** The leader does not answer. */
  function suspect(): void {
    const { term } = tab
    const may = mayUsurp(usurpations, clock.now())
    if (may !== 'now') return may === 'never' ? alone() : undefined
    clock.clearTimeout(usurping)
    usurping = setTimer(clock, clock.random() * USURP_SPREAD, () => {
      // Another follower was faster.
      if (tab.term !== term || !channel || leader) return
      usurpations.push(clock.now())
      queue(true)
    })
  }

  function alone(): void {
    if (isAlone || !channel) return
    isAlone = true
    leave()
    move()
  }

  function leave(): void {
    if (!channel) return
    leader?.resign()
    leader = undefined
    follower.stop()
    clock.clearTimeout(usurping)
    tab.post({ kind: 'bye', from: tab.id })
    channel.close()
    channel = undefined
    leaveQueue?.()
    leaveTab?.()
    unlook?.()
    renewing = false
    tab.backlog.clear()
    play('alone')
  }

  function stop(): void {
    host.send('end', new SSEError('unauthorized', 'signed out, in this tab or another'))
  }

  function hear(message: Message): void {
    if (message.kind === 'reset') return stop()
    if (message.kind === 'yield') return message.to === tab.id && !leader ? queue(true) : undefined
    if ('term' in message) {
      if (message.term < tab.term) return
      if (message.term > tab.term) {
        tab.term = message.term
        if (leader) return depose()
        if (tab.try) tab.try.synced = false
        follower.hello()
      }
      if (!leader) follower.hear(message)
    } else leader?.hear(message)
  }

  const unsubscribe = host.state.subscribe((state) => {
    const { status } = state
    if (status === 'connecting' || status === 'open' || status === 'waiting') return leader?.tell()
    // What the server has said to one it has said to all; but who is not let in may have the wrong credentials, and others not.
    const isForAll = leader?.ending && state.status === 'closed' && state.error?.code !== 'unauthorized'
    if (isForAll) tab.post({ kind: 'state', term: tab.term, state: plain(state) })
    leave()
    if (status === 'closed') {
      unsubscribe()
      closed()
    }
  })

  return {
    name,
    leave,
    stop,
    connect(request, sink) {
      if (isAlone) return inner.connect(request, sink)
      const mine = createTry(request, sink)
      const nudge = Boolean(channel) && !renewing
      renewing = false
      tab.try = mine
      // Elsewhere than where this tab believed it to be: it has dropped its cursor, or events that were not handled.
      if (request.lastEventId !== tab.at.cursor) {
        tab.at = { ...(leader ? tab.at : NOWHERE), cursor: request.lastEventId }
        if (!leader) tab.backlog.clear()
      }
      try {
        if (!channel) join()
      } catch {
        isAlone = true
        return inner.connect(request, sink)
      }
      if (leader) leader.lead(mine).catch(sink.end)
      else follower.follow(mine, nudge)
      return {
        close() {
          mine.line?.close()
          if (tab.try !== mine) return
          tab.try = undefined
          follower.stop()
        },
        listen(event) {
          mine.names.add(event)
          if (leader) mine.line?.listen?.(event)
          else if (inner.urlOnly) follower.hello()
        },
        join(topics) {
          mine.topics = topics
          mine.joining = true
          if (leader) leader.wants()
          else follower.hello()
          return true
        },
      }
    },
  }
}
