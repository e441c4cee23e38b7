import { afterEach, describe, expect, it, vi } from 'vitest'
import { createStore } from '../../src/base/store.ts'

afterEach(() => vi.unstubAllGlobals())

describe('a store', () => {
  it('calls a listener at once, and at each change that is announced', () => {
    const store = createStore(1)
    const seen: number[] = []
    store.subscribe((value) => seen.push(value))
    store.set(2)()
    expect(seen).toEqual([1, 2])
    expect(store.get()).toBe(2)
  })

  it('has the new value at once, and calls nobody before the change is announced', () => {
    const store = createStore(1)
    const seen: number[] = []
    store.subscribe((value) => seen.push(value))
    const announce = store.set(2)
    expect(store.get()).toBe(2)
    expect(seen).toEqual([1])
    announce()
    expect(seen).toEqual([1, 2])
  })

  it('announces each change with its own value, though others have been made since', () => {
    const store = createStore(1)
    const seen: number[] = []
    store.subscribe((value) => seen.push(value))
    const announcements = [store.set(2), store.set(3)]
    for (const announce of announcements) announce()
    expect(seen).toEqual([1, 2, 3])
    expect(store.get()).toBe(3)
  })

  it('announces a change to those who listened when it was made', () => {
    const store = createStore(1)
    const seen: number[] = []
    const announce = store.set(2)
    store.subscribe((value) => seen.push(value))
    announce()
    expect(seen).toEqual([2])
  })

  it('stops calling a listener that has unsubscribed, and unsubscribing twice does no harm', () => {
    const store = createStore(1)
    const seen: number[] = []
    const off = store.subscribe((value) => seen.push(value))
    off()
    off()
    store.set(2)()
    expect(seen).toEqual([1])
  })

  it('keeps two subscriptions of one function apart', () => {
    const store = createStore(1)
    const listener = vi.fn()
    const off = store.subscribe(listener)
    store.subscribe(listener)
    off()
    listener.mockClear()
    store.set(2)()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('does not call a listener that another one has removed meanwhile', () => {
    const store = createStore(0)
    const listener = vi.fn()
    let off = (): void => {}
    store.subscribe((value) => {
      if (value) off()
    })
    off = store.subscribe(listener)
    listener.mockClear()
    store.set(1)()
    expect(listener).not.toHaveBeenCalled()
  })

  it('reports what a listener throws, and calls the others', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const store = createStore(0)
    const listener = vi.fn()
    const oops = new Error('oops')
    store.subscribe((value) => {
      if (value) throw oops
    })
    store.subscribe(listener)
    store.set(1)()
    expect(reported).toHaveBeenCalledWith(oops)
    expect(listener).toHaveBeenLastCalledWith(1)
  })
})
