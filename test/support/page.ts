import { onTestFinished, vi } from 'vitest'

/** The page around a client, which does what a test says; as it was again when the test is over. */
export interface TestPage {
  /** Another tab is chosen. */
  hide(): void
  show(): void
  freeze(): void
  thaw(): void
  /** The visit comes that the page was rendered for; behind another tab unless it is seen. */
  activate(seen: boolean): void
  /** Any other signal, as a browser gives it: to the window, and not bubbling. */
  signal(type: string, more?: object): void
}

/**
 * @param seen - Whether somebody looks at it from the start.
 * @param prerendered - Whether it is rendered ahead of a visit.
 */
export function stagePage(seen = true, prerendered = false): TestPage {
  let visibility: DocumentVisibilityState = seen ? 'visible' : 'hidden'
  let prerendering = prerendered
  const spy = vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
  Object.defineProperty(document, 'prerendering', { configurable: true, get: () => prerendering })
  onTestFinished(() => {
    spy.mockRestore()
    Reflect.deleteProperty(document, 'prerendering')
  })
  const tell = (type: string): void => void document.dispatchEvent(new Event(type))
  const become = (next: DocumentVisibilityState): void => {
    visibility = next
    tell('visibilitychange')
  }
  return {
    hide: () => become('hidden'),
    show: () => become('visible'),
    freeze: () => tell('freeze'),
    thaw: () => tell('resume'),
    activate(seen) {
      prerendering = false
      if (seen) visibility = 'visible'
      tell('prerenderingchange')
      if (seen) tell('visibilitychange')
    },
    signal: (type, more = {}) => void dispatchEvent(Object.assign(new Event(type), more)),
  }
}
