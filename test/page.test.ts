import { afterEach, expect, it, vi } from 'vitest'
import { isOffline, onOnline } from '../src/page.ts'

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

it('hears when the network is back, until it is told to stop', () => {
  const callback = vi.fn()
  const off = onOnline(callback)
  dispatchEvent(new Event('online'))
  off()
  dispatchEvent(new Event('online'))
  expect(callback).toHaveBeenCalledTimes(1)
})

it('does without where there is no page', () => {
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('removeEventListener', undefined)
  expect(() => onOnline(() => {})()).not.toThrow()
})
