import { onTestFinished, vi } from 'vitest'

/** The page around a client, under the control of a test. It is as before when the test is over. */
export interface TestPage {
  /** The user changes to another tab. */
  hide(): void
  show(): void
  freeze(): void
  thaw(): void
  /** The visit begins that the page was rendered ahead of. @param visible - False: behind another tab. */
  activate(visible: boolean): void
  /** The browser says that the network is gone: as a value, it gives no signal of that. */
  goOffline(): void
  goOnline(): void
  /** Any other signal, as a browser gives it: to the window, and not bubbling. */
  signal(type: string, more?: object): void
}

/**
 * @param visible - Whether the page is visible from the start.
 * @param prerendered - Whether it is rendered ahead of a visit.
 */
export function stagePage(visible = true, prerendered = false): TestPage {
  let visibility: DocumentVisibilityState = visible ? 'visible' : 'hidden'
  let prerendering = prerendered
  let online = true
  const spies = [
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility),
    vi.spyOn(navigator, 'onLine', 'get').mockImplementation(() => online),
  ]
  Object.defineProperty(document, 'prerendering', { configurable: true, get: () => prerendering })
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
    Reflect.deleteProperty(document, 'prerendering')
  })
  const fire = (type: string): void => void document.dispatchEvent(new Event(type))
  const become = (next: DocumentVisibilityState): void => {
    visibility = next
    fire('visibilitychange')
  }
  return {
    hide: () => become('hidden'),
    show: () => become('visible'),
    freeze: () => fire('freeze'),
    thaw: () => fire('resume'),
    activate(visible) {
      prerendering = false
      if (visible) visibility = 'visible'
      fire('prerenderingchange')
      if (visible) fire('visibilitychange')
    },
    goOffline() {
      online = false
    },
    goOnline() {
      online = true
      dispatchEvent(new Event('online'))
    },
    signal: (type, more = {}) => void dispatchEvent(Object.assign(new Event(type), more)),
  }
}
