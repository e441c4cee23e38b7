import { byId, calm, make } from '../dom.ts'

/*
 * A drawing of the last minute that slides to the left. One unit of it is a second. Shapes keep their place in time.
 */

const WINDOW = 60
/** The names of faults stand in so many rows, so that two that follow each other can be read. */
const ROWS = 2

export interface Tape {
  /** In seconds, since the tape was made. */
  now(): number
  add(kind: string, x: number, width: number): SVGRectElement
  /** From now on this shape grows with time. @returns It stops growing. */
  grow(rect: SVGRectElement): () => void
  /** Writes a name at the present moment. */
  mark(name: string): void
}

export function createTape(): Tape {
  const tape = byId('tape', SVGGElement)
  const marks = byId('marks', HTMLElement)
  byId('strip', SVGSVGElement).setAttribute('viewBox', `${-WINDOW} 0 ${WINDOW} 100`)
  const origin = performance.now()
  const now = (): number => (performance.now() - origin) / 1000
  const growing = new Set<SVGRectElement>()
  let drawnAt = -Infinity
  let marked = 0

  function draw(): void {
    requestAnimationFrame(draw)
    const at = now()
    // For a reader who prefers less motion: one step a second.
    if (calm() && at - drawnAt < 1) return
    drawnAt = at
    for (const rect of growing) stretch(rect, at)
    tape.setAttribute('transform', `translate(${-at} 0)`)
    marks.style.transform = `translateX(${(-at / WINDOW) * 100}%)`
  }

  draw()
  return {
    now,
    add(kind, x, width) {
      for (const old of [...tape.children])
        if (isOver(old, x - WINDOW) && !growing.has(old as SVGRectElement)) old.remove()
      const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
      rect.setAttribute('class', kind)
      rect.setAttribute('x', `${x}`)
      rect.setAttribute('width', `${width}`)
      tape.append(rect)
      return rect
    },
    grow(rect) {
      growing.add(rect)
      return () => {
        stretch(rect, now())
        growing.delete(rect)
      }
    },
    mark(name) {
      const at = now()
      for (const old of [...marks.children]) if (Number((old as HTMLElement).dataset['at']) < at - WINDOW) old.remove()
      const mark = make('span', 'fault-mark')
      mark.dataset['at'] = `${at}`
      mark.style.left = `${100 + (at / WINDOW) * 100}%`
      const label = make('b', '', name)
      label.style.top = `${(marked++ % ROWS) * 1.25}rem`
      mark.append(label)
      marks.append(mark)
    },
  }
}

function stretch(rect: SVGRectElement, to: number): void {
  rect.setAttribute('width', `${Math.max(to - Number(rect.getAttribute('x')), 0)}`)
}

const isOver = (rect: Element, time: number): boolean =>
  Number(rect.getAttribute('x')) + Number(rect.getAttribute('width')) < time
