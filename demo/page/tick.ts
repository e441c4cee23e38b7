/** In milliseconds. */
const EVERY = 250

const drawings = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/**
 * Calls `draw` four times a second. All that is drawn so is drawn in one task: no two figures of the page are of different moments.
 * @returns Stops.
 */
export function everyTick(draw: () => void): () => void {
  drawings.add(draw)
  timer ??= setInterval(() => {
    for (const each of drawings) each()
  }, EVERY)
  return () => {
    drawings.delete(draw)
    if (drawings.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
