import { afterEach, expect, it, vi } from 'vitest'
import { isHidden, isOffline, isPrerendering, type PageListener, watchPage } from '../src/page.ts'

afterEach(() => vi.unstubAllGlobals())

/** A listener that writes down what it is told. */
function recorded(): { readonly told: string[]; readonly listener: PageListener } {
  const told: string[] = []
  const note = (what: string) => () => void told.push(what)
  const listener = {
    frozen: note('frozen'),
    thawed: note('thawed'),
    hidden: note('hidden'),
    visible: note('visible'),
    online: note('online'),
  }
  return { told, listener }
}

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
  ['freeze', document, 'frozen'],
  ['pagehide', window, 'frozen'],
  ['resume', document, 'thawed'],
  ['pageshow', window, 'thawed'],
  ['online', window, 'online'],
  ['visibilitychange', document, 'visible'],
  ['prerenderingchange', document, 'visible'],
] as const)('hears %s, which does not bubble', (type, target, expected) => {
  const { told, listener } = recorded()
  const off = watchPage(listener)
  target.dispatchEvent(new Event(type))
  expect(told).toEqual([expected])
  off()
  target.dispatchEvent(new Event(type))
  expect(told).toEqual([expected])
})

it('tells hidden from visible', () => {
  const { told, listener } = recorded()
  const off = watchPage(listener)
  const state = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  document.dispatchEvent(new Event('visibilitychange'))
  state.mockReturnValue('visible')
  document.dispatchEvent(new Event('visibilitychange'))
  expect(told).toEqual(['hidden', 'visible'])
  state.mockRestore()
  off()
})

it('listens for nothing that keeps a page out of the back/forward cache', () => {
  const listened = vi.spyOn(window, 'addEventListener')
  watchPage(recorded().listener)()
  const types = listened.mock.calls.map(([type]) => type)
  expect(types).not.toEqual([])
  expect(types).not.toContain('unload')
  expect(types).not.toContain('beforeunload')
  listened.mockRestore()
})

it('does without where there is no page', () => {
  vi.stubGlobal('addEventListener', undefined)
  expect(() => watchPage(recorded().listener)()).not.toThrow()
})
