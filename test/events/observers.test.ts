import { SSEError } from 'headwater'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Observers } from '../../src/events/observers.ts'
import { eventually } from '../support/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

const RETRY = { attempt: 1, until: 5, delay: 5, error: new SSEError('network', 'x') }

describe('observers', () => {
  it('calls observers in the order in which they came, until they leave', () => {
    const observers = new Observers()
    const calls: string[] = []
    const off = observers._add({ onRetry: () => calls.push('first') })
    observers._add({ onRetry: () => calls.push('second') })
    observers._call('onRetry', RETRY)
    off()
    off()
    observers._call('onRetry', RETRY)
    expect(calls).toEqual(['first', 'second', 'second'])
  })

  it('hands every argument to the callback', () => {
    const observers = new Observers()
    const onHandlerError = vi.fn()
    observers._add({ onHandlerError })
    const event = { type: 'tick', data: 1, id: '', raw: '1', receivedAt: 0 }
    observers._call('onHandlerError', 'oops', event)
    expect(onHandlerError.mock.calls).toEqual([['oops', event]])
  })

  it('answers whether there is a callback of that name', () => {
    const observers = new Observers()
    expect([observers._call('onRetry', RETRY), observers._has('onEvent')]).toEqual([false, false])
    const off = observers._add({ onRetry() {}, onEvent() {} })
    expect([observers._call('onRetry', RETRY), observers._has('onEvent')]).toEqual([true, true])
    expect(observers._has('onGap')).toBe(false)
    off()
    expect([observers._call('onRetry', RETRY), observers._has('onEvent')]).toEqual([false, false])
  })

  it('takes the same object twice', () => {
    const observers = new Observers()
    const observer = { onRetry: vi.fn() }
    const off = observers._add(observer)
    observers._add(observer)
    observers._call('onRetry', RETRY)
    off()
    observers._call('onRetry', RETRY)
    expect(observer.onRetry).toHaveBeenCalledTimes(3)
  })

  it('calls the others when one throws, and reports the error', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const observers = new Observers()
    const heard = vi.fn()
    observers._add({
      onRetry() {
        throw 'oops'
      },
    })
    observers._add({ onRetry: heard })
    observers._call('onRetry', RETRY)
    expect(reported.mock.calls).toEqual([['oops']])
    expect(heard.mock.calls).toEqual([[RETRY]])
  })

  it('does not call an observer that an earlier one has removed', () => {
    const observers = new Observers()
    const second = vi.fn()
    observers._add({ onRetry: () => off() })
    const off = observers._add({ onRetry: second })
    observers._call('onRetry', RETRY)
    expect(second).not.toHaveBeenCalled()
  })

  it('calls an observer that an earlier one has added from the next time on', () => {
    const observers = new Observers()
    const late = vi.fn()
    const off = observers._add({ onRetry: () => observers._add({ onRetry: late }) })
    observers._call('onRetry', RETRY)
    expect(late).not.toHaveBeenCalled()
    off()
    observers._call('onRetry', RETRY)
    expect(late).toHaveBeenCalledTimes(1)
  })

  it('reports the rejection of an asynchronous callback', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const observers = new Observers()
    observers._add({ onRetry: async () => Promise.reject('oops') })
    observers._call('onRetry', RETRY)
    await eventually(() => expect(reported.mock.calls).toEqual([['oops']]))
  })

  it('does not call what a page adds to Object.prototype', () => {
    const onRetry = vi.fn()
    Object.defineProperty(Object.prototype, 'onRetry', { configurable: true, value: onRetry })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'onRetry'))
    const observers = new Observers()
    observers._add({})
    expect([observers._has('onRetry'), observers._call('onRetry', RETRY)]).toEqual([false, false])
    expect(onRetry).not.toHaveBeenCalled()
  })
})
