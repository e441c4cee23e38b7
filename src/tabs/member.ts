import { SSEError } from '../errors.ts'
import type { Transport, TransportLink, TransportRequest, TransportSink } from '../transports/transport.ts'
import { createFollower } from './follower.ts'
import { createLeader, type Leader } from './leader.ts'
import { type Message, plain } from './message.ts'
import { holdLock, type TabsChannel, type TabsPlatform } from './platform.ts'
import { createTab, createTry, stand, type Tab } from './tab.ts'
import { createUsurper } from './usurp.ts'

/*
 * A client among the tabs: joins when its client wants a line, queues for the lead, and leaves when it does not.
 */

/** What part a client plays: it has the line, hears it through another tab, or shares nothing. */
export type TabsRole = 'leader' | 'follower' | 'alone'

export interface Member {
  readonly tab: Pick<Tab, 'name' | 'renewing'>
  connect(request: TransportRequest, sink: TransportSink): TransportLink
  /** Closes the client, as whoever was signed in is not any more. */
  stop(): void
  /** Has no more to do with the client. */
  end(): void
}

export function createMember(
  name: string,
  inner: Transport,
  { host, clock }: Pick<TransportRequest, 'host' | 'clock'>,
  platform: TabsPlatform,
  locks: Pick<LockManager, 'request' | 'query'>,
  play: (role: TabsRole) => void,
  ended: () => void,
): Member {
  let channel: TabsChannel | undefined
  /** Let go of the tab's own lock, and of the lead or the queue for it. */
  let leaveTab: (() => void) | undefined
  let leaveQueue: (() => void) | undefined
  let unlook: (() => void) | undefined
  let leader: Leader | undefined
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
      if (!/connecting|open|waiting/.test(host.state.get().status)) return
      tab.renewing = true
      host.reconnect()
    },
  })
  const usurper = createUsurper(tab, () => (channel && !leader ? queue(true) : undefined), alone)
  const follower = createFollower(tab, locks, usurper.suspect)

  function join(): void {
    // Not by the clock's chance, which tests have all tabs share. There is one wherever there are locks.
    tab.id = crypto.randomUUID()
    // Whatever it is: any script of the origin may have said it.
    channel = platform.channel(name, (message) => hear(Object(message)))
    leaveTab = holdLock(locks, `${name}:${tab.id}`, false, enter, alone)
    unlook = platform.onVisibility(() => leader || follower.hello())
    play('follower')
  }

  /** Only now: a leader that had this tab's lock before it would take it for dead. */
  function enter(): void {
    tab.isHere = true
    queue(false)
    follower.hello()
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
    heard(Math.max(tab.term + 1, clock.now()))
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
    if (!leader.yielding) usurper.note()
    leader = undefined
    play('follower')
    queue(false)
    move()
  }

  /**
   * Makes a new try in place of one there is. A wait that the server has asked for is kept; any other may be for no more than that
   * the last leader's page was left, which breaks its line first.
   */
  function move(): void {
    const state = host.state.get()
    if (state.status !== 'waiting' || !state.error.retryAfter) tab.renew()
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
    usurper.stop()
    channel.close()
    channel = undefined
    leaveQueue?.()
    leaveTab?.()
    unlook?.()
    tab.renewing = false
    tab.isHere = false
    tab.backlog.clear()
    play('alone')
  }

  function stop(): void {
    host.send('end', new SSEError('unauthorized', 'signed out, in this tab or another'))
  }

  function heard(term: number): void {
    tab.before = tab.term
    tab.term = term
  }

  /** Of an earlier leader, or of one whose clock is behind: that learns of its term by the answer. */
  function heardLate(message: Message & { readonly term: number }): void {
    if (message.kind !== 'state') return
    // Its last word may have been overtaken by its own lock.
    if (message.state.status === 'closed' && message.term === tab.before) return follower.hear(message)
    if (!leader) follower.hello()
  }

  function hear(message: Message): void {
    if (message.kind === 'reset') return stop()
    if ('term' in message) {
      if (message.term < tab.term) return heardLate(message)
      if (message.term > tab.term) {
        heard(message.term)
        if (leader) return depose()
        if (tab.try) tab.try.synced = false
        follower.hello()
      }
      if (message.kind === 'yield') return message.to === tab.id ? queue(true) : undefined
      if (!leader) follower.hear(message)
    } else leader?.hear(message)
  }

  const unsubscribe = host.state.subscribe((state) => {
    const { status } = state
    if (status === 'connecting' || status === 'open' || status === 'waiting') return leader?.tell()
    // What the server says to one it says to all. But credentials are each tab's own, and a page that is left breaks its line first.
    const isForAll = leader?.ending && state.status === 'closed' && !/unauthorized|gave-up/.test(`${state.error?.code}`)
    if (isForAll) tab.post({ kind: 'state', term: tab.term, state: plain(state) })
    if (status === 'closed') end()
    else leave()
  })

  function end(): void {
    leave()
    unsubscribe()
    ended()
  }

  return {
    tab,
    stop,
    end,
    connect(request, sink) {
      if (isAlone) return inner.connect(request, sink)
      const mine = createTry(request, sink)
      const nudge = channel && !tab.renewing ? follower.waited : undefined
      tab.renewing = false
      tab.try = mine
      stand(tab, request.lastEventId, leader !== undefined)
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
          else follower.hello()
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
