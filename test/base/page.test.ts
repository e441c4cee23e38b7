// @vitest-environment page
import { afterEach, expect, it, vi } from 'vitest'
import { isHidden, isOffline, isPrerendering, listenToPage } from '../../src/base/page.ts'

afterEach(() => vi.unstubAllGlobals())

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

it.each([
  ['freeze', document],
  ['resume', document],
  ['visibilitychange', document],
  ['pagehide', window],
  ['pageshow', window],
  ['online', window],
] as const)('%s is heard until the listener leaves, though the event does not bubble', (type, target) => {
  const hear = vi.fn()
  listenToPage(true, hear)
  target.dispatchEvent(new Event(type))
  target.dispatchEvent(new Event(type))
  expect(hear.mock.calls.map(([event]) => event.type)).toEqual([type, type])
  listenToPage(false, hear)
  target.dispatchEvent(new Event(type))
  expect(hear).toHaveBeenCalledTimes(2)
})

it.each(['unload', 'beforeunload', 'offline'])('%s is not listened for', (type) => {
  const hear = vi.fn()
  listenToPage(true, hear)
  window.dispatchEvent(new Event(type))
  listenToPage(false, hear)
  expect(hear).not.toHaveBeenCalled()
})

it('nothing happens where there is no page', () => {
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('removeEventListener', undefined)
  expect(() => {
    listenToPage(true, () => {})
    listenToPage(false, () => {})
  }).not.toThrow()
})
