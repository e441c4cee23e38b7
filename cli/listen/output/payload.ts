import type { PayloadParser } from '../../../src/index.ts'
import { visible } from '../../terminal/visible.ts'
import { compact } from './json.ts'

/** The data of an event: JSON without white space that is safe to print, or text just as it came. */
export interface Payload {
  readonly kind: 'json' | 'text'
  readonly text: string
}

/** The events of a client that is given {@link payloadParser}. */
export type Events = Record<string, Payload>

/**
 * For the core's option `parse`. `auto`: JSON if it is, else text, so that no event is refused. `json`: anything else is
 * invalid, as in an application that parses. `text`: nothing is looked at.
 */
export function payloadParser(mode: 'auto' | 'json' | 'text'): PayloadParser<Events> {
  const text = (raw: string): Payload => ({ kind: 'text', text: raw })
  if (mode === 'text') return text
  return (raw): Payload => {
    // `data` alone is an event without a payload, to the core too.
    if (mode === 'json' && !raw) return { kind: 'json', text: 'null' }
    try {
      JSON.parse(raw)
    } catch (error) {
      if (mode === 'json') throw error
      return text(raw)
    }
    return { kind: 'json', text: visible(compact(raw)) }
  }
}
