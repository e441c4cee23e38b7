// @vitest-environment page
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBatch } from '../../adapters/batch.ts'
import { stagePage } from '../support/page.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('a batch for each chunk', () => {
  it('makes one call of many requests, in a microtask', async () => {
    const call = vi.fn()
    const batch = createBatch(undefined, call)
    batch.request()
    batch.request()
    expect(call).not.toHaveBeenCalled()
    await Promise.resolve()
    expect(call).toHaveBeenCalledTimes(1)
    batch.request()
    await Promise.resolve()
    expect(call).toHaveBeenCalledTimes(2)
  })

  it('makes none that was called off, and one that was asked for after that', async () => {
    const call = vi.fn()
    const batch = createBatch('chunk', call)
    batch.request()
    batch.cancel()
    await Promise.resolve()
    expect(call).not.toHaveBeenCalled()
    batch.request()
    batch.cancel()
    batch.request()
    await Promise.resolve()
    await Promise.resolve()
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('takes a request that is made by the call itself', async () => {
    let calls = 0
    const batch = createBatch('chunk', () => {
      if (++calls < 3) batch.request()
    })
    batch.request()
    for (let n = 0; n < 5; n++) await Promise.resolve()
    expect(calls).toBe(3)
  })

  it('takes requests again after a call that threw', () => {
    vi.useFakeTimers()
    let calls = 0
    const batch = createBatch('frame', () => {
      calls++
      throw new Error('oops')
    })
    stagePage(false)
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    for (let n = 0; n < 2; n++) {
      batch.request()
      vi.advanceTimersByTime(100)
    }
    expect(calls).toBe(2)
    expect(reported).toHaveBeenCalledTimes(2)
  })
})

describe('a batch for each frame', () => {
  let frames: (() => void)[] = []
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    frames = []
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => frames.push(callback))
    vi.stubGlobal('cancelAnimationFrame', (frame: number) => {
      frames[frame - 1] = () => {}
    })
  })
  const nextFrame = (): void => {
    for (const frame of frames.splice(0)) frame()
  }

  it('makes one call with the next frame', () => {
    const call = vi.fn()
    const batch = createBatch('frame', call)
    stagePage()
    batch.request()
    batch.request()
    expect(frames).toHaveLength(1)
    expect(call).not.toHaveBeenCalled()
    nextFrame()
    expect(call).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
    batch.request()
    nextFrame()
    expect(call).toHaveBeenCalledTimes(2)
  })

  it('makes the calls of all batches in one go, so that nobody sees one without the other', () => {
    const log: string[] = []
    stagePage()
    const [a, b] = ['a', 'b'].map((name) => createBatch('frame', () => log.push(name)))
    a?.request()
    b?.request()
    frames[0]?.()
    expect(log).toEqual(['a', 'b'])
    nextFrame()
    vi.advanceTimersByTime(100)
    expect(log).toEqual(['a', 'b'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('makes it after 100 ms while the page is hidden', () => {
    const call = vi.fn()
    const batch = createBatch('frame', call)
    stagePage(false)
    batch.request()
    expect(frames).toHaveLength(0)
    vi.advanceTimersByTime(99)
    expect(call).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('makes it after 100 ms when the page is hidden before the frame comes, and once', () => {
    const call = vi.fn()
    const batch = createBatch('frame', call)
    const page = stagePage()
    batch.request()
    page.hide()
    vi.advanceTimersByTime(100)
    expect(call).toHaveBeenCalledTimes(1)
    nextFrame()
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('makes it after 100 ms where there is no page', () => {
    const call = vi.fn()
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('requestAnimationFrame', undefined)
    vi.stubGlobal('cancelAnimationFrame', undefined)
    const batch = createBatch('frame', call)
    batch.request()
    vi.advanceTimersByTime(100)
    expect(call).toHaveBeenCalledTimes(1)
    batch.request()
    batch.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves neither frame nor timer when it is called off', () => {
    const call = vi.fn()
    const batch = createBatch('frame', call)
    stagePage()
    const cancelFrame = vi.fn()
    vi.stubGlobal('cancelAnimationFrame', cancelFrame)
    batch.request()
    batch.cancel()
    expect(vi.getTimerCount()).toBe(0)
    expect(cancelFrame).toHaveBeenCalledExactlyOnceWith(frames.length)
    nextFrame()
    expect(call).not.toHaveBeenCalled()
  })

  it('goes on where frames come at once, as in some tests', () => {
    const call = vi.fn()
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      callback()
      return 1
    })
    const batch = createBatch('frame', call)
    stagePage()
    batch.request()
    batch.request()
    expect(call).toHaveBeenCalledTimes(2)
  })
})

describe('a batch for some milliseconds', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))

  it('makes one call for all requests, so many milliseconds after the first', () => {
    const call = vi.fn()
    const batch = createBatch(250, call)
    batch.request()
    vi.advanceTimersByTime(249)
    batch.request()
    expect(call).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(call).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1000)
    expect(call).toHaveBeenCalledTimes(1)
    batch.request()
    vi.advanceTimersByTime(250)
    expect(call).toHaveBeenCalledTimes(2)
  })

  it('makes its call in the next task with 0', () => {
    const call = vi.fn()
    createBatch(0, call).request()
    expect(call).not.toHaveBeenCalled()
    vi.advanceTimersByTime(0)
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('does not make its call with the frame of another batch', () => {
    const log: string[] = []
    stagePage(false)
    createBatch(250, () => log.push('slow')).request()
    createBatch('frame', () => log.push('frame')).request()
    vi.advanceTimersByTime(100)
    expect(log).toEqual(['frame'])
    vi.advanceTimersByTime(150)
    expect(log).toEqual(['frame', 'slow'])
  })

  it('leaves no timer when it is called off', () => {
    const call = vi.fn()
    const batch = createBatch(250, call)
    batch.request()
    batch.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(250)
    expect(call).not.toHaveBeenCalled()
  })
})
