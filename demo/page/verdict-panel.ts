import { complaint } from './compare.ts'
import { byId, setText } from './dom.ts'
import { count } from './format.ts'
import type { Line } from './line.ts'
import type { Tally } from './tally.ts'
import { capital } from './words.ts'

/*
 * The panel with the verdict: its headline, the numbers of the events and the comparison of the tables.
 */

export interface VerdictPanel {
  /** The headline of a comparison. It stays until something happens to the connection. */
  conclude(result: 'ok' | 'lost', text: string): void
  drawLine(line: Pick<Line, 'announced' | 'current'>): void
  drawTally(tally: Tally): void
  drawTable(text: string): void
}

export function createVerdictPanel(): VerdictPanel {
  const panel = byId('verdict', HTMLElement)
  const headline = byId('headline', HTMLElement)
  const ids = byId('ids', HTMLElement)
  const elsewhere = byId('others', HTMLElement)
  const table = byId('equal', HTMLElement)
  /** What there was to say before something was announced. */
  let settled: Parameters<typeof say> = ['pending', headline.textContent]

  function say(result: 'pending' | 'ok' | 'lost', text: string): void {
    panel.dataset.result = result
    setText(headline, text)
  }

  return {
    conclude(...said) {
      settled = said
      say(...said)
    },
    drawLine({ announced, current }) {
      const labels = current?.labels ?? announced
      const name = capital(labels.join(' + ') || 'the line')
      if (current) say('pending', `${name}: interrupted. To be compared once it is back.`)
      else if (announced.length) say('pending', `${name}: waiting for the client to notice.`)
      else say(...settled)
    },
    drawTally(tally) {
      const { events, start, seq, asking, others } = tally
      // Whose a number was that is left out is known in a moment.
      if (asking) return
      const wrong = complaint(tally)
      setText(ids, events ? `#${start + 1} to #${seq}: ${wrong || 'none missing, none twice'}` : 'No event yet')
      setText(elsewhere, others ? `${count(others, 'number')}, for somebody else` : 'No number was for somebody else')
    },
    drawTable: (text) => setText(table, text),
  }
}
