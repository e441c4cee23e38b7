import type { ConnectionState, Opened, SSEError } from 'headwater'
import type { TabsRole } from 'headwater/tabs'
import type { Events, StreamCount } from '../shared/events.ts'
import { list, money, seconds } from './format.ts'
import type { Roster } from './tabs.ts'

/*
 * States, errors and events as words.
 */

export const STATUS: Readonly<Record<ConnectionState['status'], string>> = {
  idle: 'Idle',
  connecting: 'Connecting',
  open: 'Open',
  waiting: 'Waiting',
  paused: 'Paused',
  closed: 'Closed',
}

export const ROLES: Readonly<Record<TabsRole, string>> = {
  leader: 'This tab has the connection',
  follower: 'Another tab has the connection',
  alone: 'This tab shares with no other',
}

/** An error as words, for a reader who does not know the codes. */
export function describeError({ code, status, message, cause }: SSEError): string {
  // A tab without the connection learns that it was lost, but not why.
  if (code === 'network' && cause === undefined) return 'connection lost'
  if (code === 'network') return cause === 'eof' ? 'ended by the server' : 'connection broke'
  if (code === 'stalled') return 'silent for too long'
  if (code === 'timeout') return 'no answer in time'
  if (code === 'unauthorized') return 'token refused (401)'
  if (status === 502) return 'no server answers (502)'
  if (status === 503) return 'refused (503)'
  return message
}

/** The number of an attempt, the same wherever it is shown: 1 is the first after a failure. */
export const describeRetry = (attempt: number): string => `Retry ${attempt}`

/**
 * One sentence on why the connection is as it is.
 * @param resumed - The connection continues after the last event of an earlier one.
 */
export function describeState(state: ConnectionState, resumed: boolean): string {
  switch (state.status) {
    case 'idle':
      return 'Nothing on this page listens.'
    case 'connecting':
      return state.attempt ? `${describeRetry(state.attempt)}: asking for the stream.` : 'Asking for the stream.'
    case 'open':
      return resumed ? 'It continued after the last event that it had.' : 'Events arrive.'
    case 'waiting':
      return `${capital(describeError(state.error))}.${describeWish(state.error)}`
    case 'paused':
      return state.reasons.includes('manual') ? 'You disconnected it.' : `Paused: ${state.reasons.join(', ')}.`
    case 'closed':
      return state.error ? `For good: ${describeError(state.error)}.` : 'For good.'
  }
}

/** How a connection begins. @param isFirst - It is the first of this page, which continues after the table it has loaded. */
export function describeOpening(recovered: Opened['recovered'], isFirst: boolean): string {
  if (recovered !== true) return 'starts with new events'
  return isFirst ? 'starts where the loaded table ends' : 'continues after the last event'
}

/** More tabs than this fill more than a line. */
const NAMED = 4

/** Which tabs share. */
export function describeRoster({ own, sharing, leader }: Roster, status: ConnectionState['status']): string {
  const isOut = status === 'idle' || status === 'paused' || status === 'closed'
  if (isOut) return `Tab ${own}. It is disconnected.`
  if (!sharing.includes(own)) return `Tab ${own}. It has a connection of its own.`
  const others = sharing.filter((tab) => tab !== own)
  if (others.length === 0) return `Tab ${own}, the only one.`
  if (leader === own)
    return `Tab ${own}. ${describeTabs(others)} ${others.length === 1 ? 'gets' : 'get'} the events from here.`
  return `Tab ${own}. ${leader === undefined ? 'Another is about to take over.' : `Tab ${leader} has the connection.`}`
}

/** Which server has the stream. */
export const describeServer = ({ process, processes }: StreamCount): string =>
  processes === undefined ? 'the server' : `process ${process} of ${processes}`

/** `Tab 2`, `Tabs 2 and 3`, `6 others` */
function describeTabs(tabs: readonly number[]): string {
  if (tabs.length > NAMED) return `${tabs.length} others`
  return `${tabs.length === 1 ? 'Tab' : 'Tabs'} ${list(tabs.map((tab) => `${tab}`))}`
}

/** One line of the log. */
export function describeEvent<N extends keyof Events>(type: N, data: Events[N]): string {
  if ('order' in data) return `${data.id} from ${data.order.customer}, ${data.order.city}`
  if ('patch' in data) {
    const { total, eta, ...others } = data.patch
    const changes = Object.entries(others).map(([name, value]) => `${name} ${value}`)
    if (total !== undefined) changes.push(`total ${money(total)}`)
    if (eta !== undefined && others.status !== 'delivered') changes.push(`ETA ${eta} min`)
    return `${data.id} ${changes.join(', ')}`
  }
  if ('jobId' in data) return `${data.data.name}: ${data.status}, ${data.data.percent} %`
  return 'message' in data ? data.message : type
}

function describeWish({ retryAfter }: SSEError): string {
  return retryAfter ? ` The server asks for a pause of ${seconds(retryAfter)}.` : ''
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
