import type { ConnectionState, Gap, Invalid, Opened, Retry } from '../../../src/index.ts'
import type { Paint } from '../../terminal/palette.ts'
import { formatDuration } from '../../terminal/time.ts'
import { cut, visible } from '../../terminal/visible.ts'
import type { Unfinished } from '../traffic/block.ts'
import type { Consumed } from '../traffic/consumed.ts'

/*
 * The notices about the connection, for stderr: one line each, without the time that stands before it.
 */

const idOf = (id: string): string => `#${visible(id)}`

/** Undefined: there is no notice of this state, or one with more words elsewhere. */
export function stateNotice(state: ConnectionState, url: string): string | undefined {
  switch (state.status) {
    case 'connecting':
      return state.attempt ? `connecting (attempt ${state.attempt})` : `connecting to ${url}`
    case 'paused':
      return `paused: ${state.reasons.join(', ')}`
    default:
      return undefined
  }
}

/** The response is good. With an id to resume from, {@link recoveredNotice} follows. */
export const openNotice = (requested: string, paint: Paint): string =>
  `${paint('green', 'open')}, ${requested ? `asked for ${idOf(requested)}` : recoveredNotice(false, '')}`

export function recoveredNotice(recovered: Opened['recovered'], requested: string): string {
  if (!requested && recovered === false) return 'recovered: no (there was no id to resume from)'
  const asked = requested && `asked for ${idOf(requested)}`
  if (recovered === 'unknown') return `recovered: unknown (${asked}, the server does not say)`
  return `recovered: ${recovered ? 'yes' : 'no'}${asked && ` (${asked})`}`
}

export const waitNotice = ({ attempt, delay }: Retry, reason: string, paint: Paint): string =>
  `${paint('yellow', 'waiting')} ${formatDuration(delay)} for attempt ${attempt}: ${reason}`

export function gapNotice({ reason, certain, requested, resumedFrom, topics }: Gap, paint: Paint): string {
  const facts = [
    certain ? 'events were lost' : 'events may have been lost',
    ...(requested ? [`asked for ${idOf(requested)}`] : []),
    ...(resumedFrom ? [`goes on from ${idOf(resumedFrom)}`] : []),
    ...(topics.includes('*') ? [] : [`topics ${topics.map(visible).join(', ')}`]),
  ]
  return `${paint('red', `gap: ${visible(reason)}`)}: ${facts.join('; ')}`
}

export function invalidNotice({ type, id, raw, error }: Invalid, paint: Paint): string {
  const why = error instanceof Error ? error.message : `${error}`
  const event = `${visible(type)}${id && ` ${idOf(id)}`}`
  return `${paint('red', 'invalid')}: ${event} cannot be read: ${visible(why)}: ${cut(visible(raw), 200)}`
}

/** For the first repeat on a connection. It has an id: without one it would not be recognised. */
export const repeatNotice = ({ id = '' }: Pick<Consumed, 'id'>): string =>
  `sent again: ${idOf(id)}, which came before; repeats are shown only with -v`

export function unfinishedNotice({ lines, isOver }: Unfinished, paint: Paint): string {
  const [first = ''] = lines
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more ${lines.length > 2 ? 'lines' : 'line'})` : ''
  const what = isOver
    ? 'the stream ended in the middle of an event, which does not count'
    : 'an event has begun and does not end'
  const hint = lines.some((line) => /^(data|event|id)\b/.test(line))
    ? ''
    : ', and its data stand in lines that begin with data:'
  return `${paint('yellow', 'unfinished')}: ${what}: ${cut(visible(first), 200)}${more}; a blank line ends an event${hint}`
}

/** The option that resumes from an id, as a shell (bash, zsh, ksh) reads it. */
export function resumeHint(id: string): string {
  if (/^[\w.:/@%+=,][\w.:/@%+=,-]*$/.test(id)) return `resume with --last-event-id ${id}`
  const shown = visible(id)
  const quoted = shown === id ? `'${id.replaceAll("'", "'\\''")}'` : `$'${visible(id.replace(/[\\']/g, '\\$&'))}'`
  return `resume with --last-event-id=${quoted}`
}
