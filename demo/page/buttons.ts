import { FAULTS, type Fault } from '../shared/events.ts'
import type { UserId } from '../shared/users.ts'
import { causeFault, type Stream } from './client.ts'
import { byId } from './dom.ts'
import type { Log } from './log.ts'
import type { Strip } from './strip/strip.ts'
import { currentUser } from './user.ts'
import type { Verdict } from './verdict.ts'
import { capital } from './words.ts'

/*
 * The buttons of the faults. A button announces its fault to the verdict first, which gives the interruption that name. It announces
 * it to the other tabs of this browser too, since a fault hits all of them.
 */

/** The message of one tab to the others. */
type Word =
  | { readonly kind: 'announce'; readonly fault: Fault; readonly at: number }
  | { readonly kind: 'withdraw'; readonly fault: Fault }
  | { readonly kind: 'blame'; readonly reason: string; readonly user: UserId }

/** A suspended tab gets an announcement too late. Older ones are ignored. In milliseconds. */
const STALE = 1000

export interface Buttons {
  /** A reason that only the tab with the connection knows. It is passed on to the others. */
  blame(reason: string): void
}

export interface ButtonParts {
  readonly sse: Stream
  readonly verdict: Verdict
  readonly log: Log
  /** Shows the name of each fault. */
  readonly strip: Strip
}

export function wireButtons({ sse, verdict, log, strip }: ButtonParts): Buttons {
  const others = new BroadcastChannel('headwater-demo-faults')
  const tell = (word: Word): void => others.postMessage(word)
  /** Takes back what other tabs have announced. */
  const withdrawals = new Map<Fault, () => void>()

  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-fault]')) {
    const fault = FAULTS.find((name) => name === button.dataset.fault)
    if (fault) button.addEventListener('click', () => press(fault))
  }

  function press(fault: Fault): void {
    tell({ kind: 'announce', fault, at: Date.now() })
    const withdraw = verdict.announce(fault)
    strip.mark(capital(fault))
    log.note(`fault: ${fault}`)
    causeFault(fault).catch((error: Error) => {
      tell({ kind: 'withdraw', fault })
      withdraw()
      log.note(`The fault could not be caused: ${error.message}`)
    })
  }

  others.addEventListener('message', ({ data: word }: MessageEvent<Word>) => {
    const { status } = sse.state.get()
    // A disconnected tab has no connection to lose.
    const isConcerned = status === 'open' || status === 'connecting' || status === 'waiting'
    if (word.kind === 'blame') {
      if (word.user === currentUser()) verdict.blame(word.reason)
    } else if (word.kind === 'withdraw') withdrawals.get(word.fault)?.()
    else if (isConcerned && Date.now() - word.at < STALE) {
      withdrawals.set(word.fault, verdict.announce(word.fault))
      strip.mark(capital(word.fault))
      log.note(`fault: ${word.fault}, by another tab`)
    }
  })

  byId('connect', HTMLButtonElement).addEventListener('click', () => sse.connect())
  byId('disconnect', HTMLButtonElement).addEventListener('click', () => {
    if (sse.state.get().status === 'open') verdict.announce('disconnect')
    sse.disconnect()
  })
  byId('reconnect', HTMLButtonElement).addEventListener('click', () => {
    if (sse.state.get().status === 'open') verdict.announce('reconnect')
    sse.reconnect()
  })

  return {
    blame(reason) {
      verdict.blame(reason)
      tell({ kind: 'blame', reason, user: currentUser() })
    },
  }
}
