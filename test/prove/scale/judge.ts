import type { Gap } from 'headwater'
import type { Verdict } from '../verdict.ts'

/*
 * What one client heard, and whether that is every event once and in order, or a gap: a pure function. Numbers have no holes, so the
 * ids alone show what is missing. There is no order of all events: while two servers of Redis believe to be the master, each has its
 * own epoch.
 */

export type Heard =
  | { readonly kind: 'event'; readonly text: string; readonly id: string }
  | { readonly kind: 'gap'; readonly gap: Pick<Gap, 'reason' | 'resumedFrom'> }

interface Place {
  readonly epoch: string
  readonly seq: number
}

function placeOf(id: string): Place | undefined {
  const [, epoch, digits] = /^([a-z0-9]+)-(\d+)$/.exec(id) ?? []
  return epoch === undefined ? undefined : { epoch, seq: Number(digits) }
}

/**
 * `missed` counts the events of an epoch that went on: how many an epoch had that ended is not known.
 * @param texts - Which event has an id, as far as any client or publisher has said. A client that contradicts it is wrong.
 */
export function judge(history: readonly Heard[], texts: Map<string, string>): Verdict {
  const gaps: Record<string, number> = {}
  const [lost, doubled, disordered, wrong]: [string[], string[], string[], string[]] = [[], [], [], []]
  const seen = new Set<string>()
  let place: Place | undefined
  let missed = 0

  function takeEvent(text: string, id: string): void {
    const next = placeOf(id)
    if (!next) return void wrong.push(`${text} came with the id ${id}`)
    const other = texts.get(id)
    if (other !== undefined && other !== text) wrong.push(`${id} is ${text}, and elsewhere ${other}`)
    texts.set(id, text)
    if (seen.has(text)) doubled.push(`${text} (${id})`)
    seen.add(text)
    if (place && place.epoch !== next.epoch) wrong.push(`${id} follows ${place.epoch}-${place.seq} without a gap`)
    else if (place && next.seq <= place.seq) disordered.push(`${id} after ${place.epoch}-${place.seq}`)
    else if (place && next.seq > place.seq + 1) lost.push(`what is between ${place.epoch}-${place.seq} and ${id}`)
    place = next
  }

  function takeGap({ reason, resumedFrom }: Pick<Gap, 'reason' | 'resumedFrom'>): void {
    gaps[reason] = (gaps[reason] ?? 0) + 1
    const next = placeOf(resumedFrom)
    // Without a place, any event could follow, and nothing would be missing.
    if (!next)
      return void wrong.push(`a gap (${reason}) does not say where the stream goes on: ${resumedFrom || 'nothing'}`)
    const step = place?.epoch === next.epoch ? next.seq - place.seq : 0
    if (step < 0) wrong.push(`a gap (${reason}) leads back from ${place?.epoch}-${place?.seq} to ${resumedFrom}`)
    else missed += step
    place = next
  }

  for (const entry of history) {
    if (entry.kind === 'event') takeEvent(entry.text, entry.id)
    else takeGap(entry.gap)
  }
  return {
    events: history.filter(({ kind }) => kind === 'event').length,
    gaps,
    missed,
    lost,
    doubled,
    disordered,
    wrong,
  }
}
