import { SSEError } from 'headwater'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { notify, type Observers, observe } from '../../src/events/observers.ts'
import { eventually } from '../support/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

const RETRY = { attempt: 1, until: 5, delay: 5, error: new SSEError('network', 'x') }

describe('observers', () => {
  it('calls observers in the order in which they came, until they leave', () => {
    const observers: Observers = new Set()
    const calls: string[] = []
    const off = observe(observers, { onRetry: () => calls.push('first') })
    observe(observers, { onRetry: () => calls.push('second') })
    notify(observers, 'onRetry', RETRY)
    off()
    off()
    notify(observers, 'onRetry', RETRY)
    expect(calls).toEqual(['first', 'second', 'second'])
  })

  it('hands every argument to the callback', () => {
    const observers: Observers = new Set()
    const onHandlerError = vi.fn()
    observe(observers, { onHandlerError })
    const event = { type: 'tick', data: 1, id: '', raw: '1', receivedAt: 0 }
    notify(observers, 'onHandlerError', 'oops', event)
    expect(onHandlerError.mock.calls).toEqual([['oops', event]])
  })

  it('answers whether there is a callback of that name', () => {
    const observers: Observers = new Set()
    expect(notify(observers, 'onRetry', RETRY)).toBe(false)
    const off = observe(observers, { onRetry() {} })
    observe(observers, { onEvent() {} })
    expect(notify(observers, 'onRetry', RETRY)).toBe(true)
    off()
    expect(notify(observers, 'onRetry', RETRY)).toBe(false)
  })

  it('takes the same object twice', () => {
    const observers: Observers = new Set()
    const observer = { onRetry: vi.fn() }
    const off = observe(observers, observer)
    observe(observers, observer)
    notify(observers, 'onRetry', RETRY)
    off()
    notify(observers, 'onRetry', RETRY)
    expect(observer.onRetry).toHaveBeenCalledTimes(3)
  })

  it('calls the others when one throws, and reports the error', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const observers: Observers = new Set()
    const heard = vi.fn()
    observe(observers, {
      onRetry() {
        throw 'oops'
      },
    })
    observe(observers, { onRetry: heard })
    notify(observers, 'onRetry', RETRY)
    expect(reported.mock.calls).toEqual([['oops']])
    expect(heard.mock.calls).toEqual([[RETRY]])
  })

  it('does not call an observer that an earlier one has removed', () => {
    const observers: Observers = new Set()
    const second = vi.fn()
    observe(observers, { onRetry: () => off() })
    const off = observe(observers, { onRetry: second })
    notify(observers, 'onRetry', RETRY)
    expect(second).not.toHaveBeenCalled()
  })

  it('calls an observer that an earlier one has added from the next time on', () => {
    const observers: Observers = new Set()
    const late = vi.fn()
    const off = observe(observers, { onRetry: () => observe(observers, { onRetry: late }) })
    notify(observers, 'onRetry', RETRY)
    expect(late).not.toHaveBeenCalled()
    off()
    notify(observers, 'onRetry', RETRY)
    expect(late).toHaveBeenCalledTimes(1)
  })

  it('reports the rejection of an asynchronous callback', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const observers: Observers = new Set()
    observe(observers, { onRetry: async () => Promise.reject('oops') })
    notify(observers, 'onRetry', RETRY)
    await eventually(() => expect(reported.mock.calls).toEqual([['oops']]))
  })

  it('does not call what a page adds to Object.prototype', () => {
    const onRetry = vi.fn()
    Object.defineProperty(Object.prototype, 'onRetry', { configurable: true, value: onRetry })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'onRetry'))
    const observers: Observers = new Set()
    observe(observers, {})
    expect(notify(observers, 'onRetry', RETRY)).toBe(false)
    expect(onRetry).not.toHaveBeenCalled()
  })
})
