import { byId, make, setText } from '../dom.ts'
import { whole } from '../format.ts'
import { everyTick } from '../tick.ts'
import type { Contestant, Lanes } from './lanes.ts'
import { describeLane, LABELS, PATIENCE, type Standing, standingOf } from './standing.ts'

/*
 * The score of both clients: what each has lost, of how many events, and what it says of its connection. On small screens the same
 * stands in one line that stays in sight.
 */

export function showScore({ headwater, native, reopen }: Lanes): void {
  const again = byId('reopen', HTMLButtonElement)
  const draws = [headwater, native].flatMap((client) => [drawBoard(client), drawGlance(client)])
  again.addEventListener('click', reopen)
  everyTick(() => {
    for (const draw of draws) draw()
    const { state, silence } = native.view()
    // A stalled EventSource says that it is open, for as long as TCP does.
    again.hidden = state.status !== 'closed' && silence < PATIENCE
  })
}

interface Words {
  readonly standing: Standing | 'off'
  readonly label: string
  /** How many events it has lost. */
  readonly figure: string
  /** `of 41` */
  readonly total: string
  readonly line: string
}

function wordsOf(client: Contestant): Words {
  const view = client.view()
  const { missing, published } = view.score
  const line = describeLane(view, Date.now())
  if (view.state.status === 'off') return { standing: 'off', label: '', figure: '–', total: '', line }
  const standing = standingOf(view)
  return { standing, label: LABELS[standing], figure: whole(missing), total: `of ${whole(published)}`, line }
}

/** @returns Draws the box of a client. */
function drawBoard(client: Contestant): () => void {
  const board = byId(`score-${client.name}`, HTMLElement)
  const label = make('span', 'label')
  const figure = make('span', 'figure')
  const total = make('span', 'total')
  const line = make('p', 'line')
  const score = make('p', 'score')
  score.append(label, ' ', figure, ' ', total)
  board.append(score, line)
  return () => {
    const words = wordsOf(client)
    board.dataset.standing = words.standing
    setText(label, words.label)
    setText(figure, words.figure)
    setText(total, words.total)
    setText(line, words.line)
  }
}

/** @returns Draws a client's part of the line for small screens. */
function drawGlance(client: Contestant): () => void {
  const glance = byId(`glance-${client.name}`, HTMLElement)
  const words = make('span')
  glance.replaceChildren(make('b', '', client.title), words)
  return () => {
    const { standing, label, figure, total } = wordsOf(client)
    glance.dataset.standing = standing
    setText(words, `${label} ${figure} ${total}`)
  }
}
