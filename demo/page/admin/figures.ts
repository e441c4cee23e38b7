import type { HubStats } from '../../../server/index.ts'
import type { Report } from '../../shared/report.ts'
import { byId, setText } from '../dom.ts'
import { bytes, count, duration, time, whole } from '../format.ts'
import type { PanelStream } from './client.ts'

/*
 * The figures of the last report, and its time.
 */

const FIGURES: Readonly<Record<string, (stats: HubStats) => string>> = {
  clients: ({ clients }) => whole(clients),
  published: ({ published }) => whole(published),
  delivered: ({ delivered }) => whole(delivered),
  queue: ({ queue }) => bytes(queue.bytes),
  connections: ({ connections }) => whole(connections),
  replays: ({ replays }) => `${whole(replays.count)}, with ${count(replays.events, 'event')}`,
  gaps: ({ gaps }) => whole(gaps),
  dropped: ({ dropped }) => count(dropped.volatile + dropped.coalesced, 'event'),
  endings: ({ endings }) => list(endings),
  errors: ({ errors }) => list(errors),
  log: ({ log: { epoch, first, head } }) =>
    head < first ? `empty (log ${epoch})` : `#${first} to #${head} (log ${epoch})`,
}

/** `3 closed, 1 kicked` */
function list(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, n]) => n)
  return some.map(([name, n]) => `${whole(n)} ${name}`).join(', ') || 'none'
}

export function showFigures(sse: PanelStream): void {
  const main = document.querySelector('main')
  const asOf = byId('as-of', HTMLElement)
  const process = byId('process', HTMLElement)
  const cells = document.querySelectorAll<HTMLElement>('[data-figure]')
  let last: Report | undefined

  function drawAge(): void {
    const fresh = sse.state.get().status === 'open'
    main?.toggleAttribute('data-stale', !fresh || !last)
    if (last) setText(asOf, fresh ? `Updated ${time(last.at)}` : `Last report ${time(last.at)}, none since`)
  }

  sse.subscribe('admin.report', (report) => {
    last = report
    const { stats, draining } = report
    setText(
      process,
      draining
        ? `Process ${report.process} is being replaced. ${count(stats.clients, 'stream')} still to move.`
        : `Process ${report.process}, running for ${duration(report.up)}.`,
    )
    process.dataset.draining = `${draining}`
    for (const cell of cells) setText(cell, FIGURES[cell.dataset.figure ?? '']?.(stats) ?? '')
    drawAge()
  })
  sse.observe({ onState: drawAge })
}
