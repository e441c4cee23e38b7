// @vitest-environment page
import { afterEach, expect, it, vi } from 'vitest'
import { isHidden, isOffline, isPrerendering, listenToPage, type Signals } from '../../src/base/page.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it.each([
  [{ onLine: false }, true],
  [{ onLine: true }, false],
  [{}, false],
  [undefined, false],
])('the navigator %j counts as offline: %j', (navigator, expected) => {
  vi.stubGlobal('navigator', navigator)
  expect(isOffline()).toBe(expected)
})

it.each([
  [{ visibilityState: 'hidden' }, true, false],
  [{ visibilityState: 'visible' }, false, false],
  [{ visibilityState: 'hidden', prerendering: true }, true, true],
  [undefined, false, false],
])('the document %j counts as hidden: %j, as prerendered: %j', (document, hidden, prerendering) => {
  vi.stubGlobal('document', document)
  expect([isHidden(), isPrerendering()]).toEqual([hidden, prerendering])
})

/** Notes each signal by its name. */
function recordingSignals() {
  const heard: string[] = []
  const note = (type: keyof Signals) => () => void heard.push(type)
  const signals: Signals = {
    freeze: note('freeze'),
    pagehide: note('pagehide'),
    resume: note('resume'),
    pageshow: note('pageshow'),
    visibilitychange: note('visibilitychange'),
    online: note('online'),
  }
  return { heard, signals }
}

it.each([
  ['freeze', document],
  ['resume', document],
  ['visibilitychange', document],
  ['pagehide', window],
  ['pageshow', window],
  ['online', window],
] as const)('%s is heard until the listener leaves, though the event does not bubble', (type, target) => {
  const { heard, signals } = recordingSignals()
  listenToPage(true, signals)
  target.dispatchEvent(new Event(type))
  target.dispatchEvent(new Event(type))
  expect(heard).toEqual([type, type])
  listenToPage(false, signals)
  target.dispatchEvent(new Event(type))
  expect(heard).toEqual([type, type])
})

it('a page is not kept out of the back/forward cache: nobody listens for unload, beforeunload and offline', () => {
  const listens = vi.spyOn(window, 'addEventListener')
  const { signals } = recordingSignals()
  listenToPage(true, signals)
  expect(listens.mock.calls.map(([type]) => type).sort()).toEqual(Object.keys(signals).sort())
  listenToPage(false, signals)
})

it('nothing happens where there is no page', () => {
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('removeEventListener', undefined)
  const { signals } = recordingSignals()
  expect(() => {
    listenToPage(true, signals)
    listenToPage(false, signals)
  }).not.toThrow()
})
