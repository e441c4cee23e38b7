import { complaint } from './compare.ts'
import { byId, setText } from './dom.ts'
import { whole } from './format.ts'
import type { Line } from './line.ts'
import type { Tally } from './tally.ts'
import { capital } from './words.ts'

/*
 * The panel with the verdict: its headline, the numbers of the events and the comparison of the tables.
 */

interface Conclusion {
  readonly result: 'pending' | 'ok' | 'lost'
  readonly text: string
}

export interface VerdictPanel {
  /**
   * The headline after a comparison. It stays until something happens to the connection.
   * @param conclusion - Called again and again, so that its figures are those of the moment.
   */
  conclude(conclusion: () => Conclusion): void
  drawLine(line: Pick<Line, 'announced' | 'current'>): void
  drawTally(tally: Tally): void
  drawTable(text: string): void
}

export function createVerdictPanel(): VerdictPanel {
  const panel = byId('verdict', HTMLElement)
  const headline = byId('headline', HTMLElement)
  const announcer = byId('headline-announcer', HTMLElement)
  const ids = byId('ids', HTMLElement)
  const elsewhere = byId('others', HTMLElement)
  const table = byId('equal', HTMLElement)
  /** The headline of the moment. */
  let draw = (): void => {}
  const first = headline.textContent
  let settled = (): Conclusion => ({ result: 'pending', text: first })

  function show(conclusion: () => Conclusion): void {
    draw = () => {
      const { result, text } = conclusion()
      panel.dataset['result'] = result
      setText(headline, text)
    }
    draw()
    // Once. The headline itself changes with every event, and is no live region.
    setText(announcer, headline.textContent)
  }

  return {
    conclude(conclusion) {
      settled = conclusion
      show(conclusion)
    },
    drawLine({ announced, current }) {
      const labels = current?.labels ?? announced
      const name = capital(labels.join(' + ') || 'the connection')
      if (current) show(() => ({ result: 'pending', text: `${name}: headwater reconnects. It is checked after that.` }))
      else if (announced.length) show(() => ({ result: 'pending', text: `${name}: headwater has not noticed yet.` }))
      else show(settled)
    },
    drawTally(tally) {
      draw()
      const { events, start, seq, asking, others } = tally
      // The server says in a moment whose the numbers are that were left out.
      if (asking) return
      const wrong = complaint(tally)
      setText(ids, events ? `#${start + 1} to #${seq}: ${wrong || 'none missing, none twice'}` : 'No event yet')
      setText(elsewhere, others ? `${whole(others)} left out by the server` : 'None so far')
    },
    drawTable: (text) => setText(table, text),
  }
}
