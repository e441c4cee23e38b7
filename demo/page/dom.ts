/** The element with this id, which index.html promises. */
export function byId<T extends Element = HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`index.html has no ${type.name} #${id}`)
}

/** A new element with a class and text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.textContent = text
  return element
}

/** Sets text only where it changes: a write of the same text would still cost a layout, and an announcement. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Whether the reader wants the page to hold still. Asked each time, as it can change. */
export const calm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches

/** Calls `draw` before each frame, however often it is asked for until then. */
export function frameBatch(draw: () => void): () => void {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      draw()
    })
  }
}
