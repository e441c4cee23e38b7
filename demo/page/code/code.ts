import { make, setText } from '../dom.ts'
import { request } from '../http.ts'
import { regionOf, tokensOf } from './source.ts'

/*
 * "Show code" under a panel: the source that the panel runs, as the server has it. It is loaded when it is opened first.
 */

export function showCode(): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.code'))
    details.addEventListener('toggle', () => void fill(details))
}

async function fill(details: HTMLDetailsElement): Promise<void> {
  const { file = '', region = '' } = details.dataset
  const summary = details.querySelector('summary')
  if (summary) setText(summary, details.open ? 'Hide code' : 'Show code')
  if (!details.open || details.querySelector('figure')) return
  const figure = make('figure')
  details.append(figure)
  try {
    const source = await (await request(`/source/${file}`)).text()
    figure.append(caption(file), block(file, regionOf(source, region)))
    // The panel may have moved to a row of its own.
    details.scrollIntoView({ block: 'nearest' })
  } catch (error) {
    figure.append(make('p', '', `The code could not be loaded: ${(error as Error).message}`))
  }
}

function caption(file: string): HTMLElement {
  const element = make('figcaption')
  const link = make('a', '', file)
  link.href = `/source/${file}`
  element.append(link)
  return element
}

function block(file: string, code: string): HTMLElement {
  const element = make('pre')
  // A keyboard scrolls only what has the focus.
  element.tabIndex = 0
  element.setAttribute('role', 'region')
  element.setAttribute('aria-label', `Code of ${file}`)
  const inner = make('code')
  inner.append(...tokensOf(code).map(({ kind, text }) => (kind ? make('span', kind, text) : text)))
  element.append(inner)
  return element
}
