import { afterEach, describe, expect, it, vi } from 'vitest'
import { createObservers } from '../src/observers.ts'
import { eventually } from './support/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

const RETRY = { attempt: 1, until: 5, delay: 5, error: new Error('x') as never }

describe('observers', () => {
  it('are told in the order they came, until they leave', () => {
    const observers = createObservers()
    const calls: string[] = []
    const off = observers.add({ onRetry: () => calls.push('first') })
    observers.add({ onRetry: () => calls.push('second') })
    observers.tell('onRetry', RETRY)
    off()
    observers.tell('onRetry', RETRY)
    expect(calls).toEqual(['first', 'second', 'second'])
  })

  it('say whether anybody hears', () => {
    const observers = createObservers()
    expect(observers.tell('onRetry', RETRY)).toBe(false)
    const off = observers.add({ onRetry() {}, onEvent() {} })
    expect([observers.tell('onRetry', RETRY), observers.watched]).toEqual([true, true])
    off()
    expect([observers.tell('onRetry', RETRY), observers.watched]).toEqual([false, false])
  })

  it('may be the same object twice', () => {
    const observers = createObservers()
    const observer = { onRetry: vi.fn() }
    const off = observers.add(observer)
    observers.add(observer)
    observers.tell('onRetry', RETRY)
    off()
    observers.tell('onRetry', RETRY)
    expect(observer.onRetry).toHaveBeenCalledTimes(3)
  })

  it('do not keep each other from hearing when one throws', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const observers = createObservers()
    const heard = vi.fn()
    observers.add({
      onRetry() {
        throw 'oops'
      },
    })
    observers.add({ onRetry: heard })
    observers.tell('onRetry', RETRY)
    expect(reported).toHaveBeenCalledWith('oops')
    expect(heard).toHaveBeenCalledWith(RETRY)
  })

  it('are not told an older state after a newer', () => {
    const observers = createObservers()
    const heard: unknown[] = []
    observers.add({
      onState({ status }) {
        if (status === 'open') observers.tell('onState', { status: 'paused', reasons: ['manual'] })
      },
    })
    observers.add({ onState: ({ status }) => heard.push(status) })
    observers.tell('onState', { status: 'open', since: 0, attempt: 0 })
    expect(heard).toEqual(['paused'])
  })

  it('that leave while others are told hear nothing more', () => {
    const observers = createObservers()
    const second = vi.fn()
    observers.add({ onRetry: () => off() })
    const off = observers.add({ onRetry: second })
    observers.tell('onRetry', RETRY)
    expect(second).not.toHaveBeenCalled()
  })

  it('may be asynchronous: a rejection is reported like an error', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const observers = createObservers()
    observers.add({ onRetry: async () => Promise.reject('oops') })
    observers.tell('onRetry', RETRY)
    await eventually(() => expect(reported).toHaveBeenCalledWith('oops'))
  })
})
