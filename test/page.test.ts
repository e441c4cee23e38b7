import { afterEach, expect, it, vi } from 'vitest'
import { isHidden, isOffline, isPrerendering, watchPage } from '../src/page.ts'

afterEach(() => vi.unstubAllGlobals())

it.each([
  [{ onLine: false }, true],
  [{ onLine: true }, false],
  [{}, false],
  [undefined, false],
])('with the navigator %j, offline is %j', (navigator, expected) => {
  vi.stubGlobal('navigator', navigator)
  expect(isOffline()).toBe(expected)
})

it.each([
  [{ visibilityState: 'hidden' }, true, false],
  [{ visibilityState: 'visible' }, false, false],
  [{ visibilityState: 'hidden', prerendering: true }, true, true],
  [undefined, false, false],
])('with the document %j, hidden is %j and prerendering %j', (document, hidden, prerendering) => {
  vi.stubGlobal('document', document)
  expect([isHidden(), isPrerendering()]).toEqual([hidden, prerendering])
})

it.each([
  ['freeze', document],
  ['resume', document],
  ['visibilitychange', document],
  ['prerenderingchange', document],
  ['pagehide', window],
  ['pageshow', window],
  ['online', window],
] as const)('hears %s until it stops, though the event does not bubble', (type, target) => {
  const hear = vi.fn()
  const other = vi.fn()
  const off = watchPage({ [type]: hear, other })
  target.dispatchEvent(new Event(type))
  target.dispatchEvent(new Event(type))
  expect(hear).toHaveBeenCalledTimes(2)
  off()
  target.dispatchEvent(new Event(type))
  expect(hear).toHaveBeenCalledTimes(2)
  expect(other).not.toHaveBeenCalled()
})

it('does without where there is no page', () => {
  vi.stubGlobal('addEventListener', undefined)
  expect(() => watchPage({ online() {} })()).not.toThrow()
})
