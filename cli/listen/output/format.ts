import { type Paint, styleOf } from '../../terminal/palette.ts'
import { clockTime } from '../../terminal/time.ts'
import { visible } from '../../terminal/visible.ts'
import { colour, wellFormed } from './json.ts'
import type { Payload } from './payload.ts'

/** An event as it is printed. */
export interface Shown {
  readonly type: string
  readonly data: Payload
  /** The last event id at this event. */
  readonly id: string
  /** The id that it brought along itself; undefined if it brought none. */
  readonly ownId: string | undefined
  readonly raw: string
  readonly receivedAt: number
  readonly topic?: string | undefined
}

/** An event as text, without the line end that follows. */
export type Format = (event: Shown) => string

/** For people: time, name, id, topic, data; text of several lines below. */
export const forPeople =
  (paint: Paint): Format =>
  ({ type, data, ownId, receivedAt, topic }) => {
    const head = [paint('dim', clockTime(receivedAt)), paint(styleOf(type), visible(type))]
    if (ownId) head.push(paint('dim', `#${visible(ownId)}`))
    if (topic) head.push(paint('dim', `(${visible(topic)})`))
    if (data.kind === 'json') return [...head, colour(data.text, paint)].join(' ')
    const lines = data.text.split('\n').map(visible)
    if (lines.length > 1) return [head.join(' '), ...lines.map((line) => `    ${line}`)].join('\n')
    return [...head, ...lines.filter(Boolean)].join(' ')
  }

/** For programs: one JSON object in one line. Put together from text, so that numbers are as they were sent. */
export const asJson: Format = ({ type, data, id, receivedAt, topic }) => {
  const text = (value: string): string => visible(JSON.stringify(value))
  const payload = data.kind === 'json' ? data.text : text(data.text)
  const rest = topic === undefined ? '' : `,"topic":${text(topic)}`
  return wellFormed(`{"type":${text(type)},"data":${payload},"id":${text(id)},"receivedAt":${receivedAt}${rest}}`)
}

/**
 * The data alone: JSON that was sent over several lines in one, so that a line is an event; all else as it came.
 * @param safe - A terminal reads it.
 */
export const dataOnly =
  (safe: boolean): Format =>
  ({ data, raw }) => {
    const text = data.kind === 'json' && raw.includes('\n') ? data.text : raw
    return safe ? text.split('\n').map(visible).join('\n') : text
  }
