import { describe, expect, it, vi } from 'vitest'
import { browser, holdLock } from '../../src/tabs/platform.ts'
import { stagePage } from '../support/page.ts'

type Hold = () => Promise<void> | undefined

/** Locks whose requests are answered by hand. */
function fakeLocks() {
  const requests: { name: string; options: LockOptions; hold: Hold; reject(error: unknown): void }[] = []
  const request = (name: string, options: LockOptions, hold: Hold): Promise<unknown> =>
    new Promise((_, reject) => requests.push({ name, options, hold, reject }))
  return { requests, locks: { request } as unknown as LockManager }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

describe('a lock', () => {
  it('is held from when it is granted until it is released', async () => {
    const { requests, locks } = fakeLocks()
    const granted = vi.fn()
    const release = holdLock(locks, 'a', false, granted, () => {})
    await turn()
    expect(granted).not.toHaveBeenCalled()
    let over = false
    requests[0]?.hold()?.then(() => {
      over = true
    })
    expect(granted).toHaveBeenCalledOnce()
    await turn()
    expect(over).toBe(false)
    release()
    await turn()
    expect(over).toBe(true)
  })

  it('is not held if it was let go of before it was granted', async () => {
    const { requests, locks } = fakeLocks()
    const granted = vi.fn()
    holdLock(locks, 'a', false, granted, () => {})()
    await turn()
    expect(requests[0]?.options.signal?.aborted).toBe(true)
    expect(requests[0]?.hold()).toBeUndefined()
    expect(granted).not.toHaveBeenCalled()
  })

  it('that is let go of as soon as it is granted is released', async () => {
    const { requests, locks } = fakeLocks()
    const release = holdLock(
      locks,
      'a',
      false,
      () => release(),
      () => {},
    )
    await turn()
    await expect(requests[0]?.hold()).resolves.toBeUndefined()
  })

  it('is queued for with a signal, and stolen without one, as the two exclude each other', async () => {
    const { requests, locks } = fakeLocks()
    holdLock(
      locks,
      'a',
      false,
      () => {},
      () => {},
    )
    holdLock(
      locks,
      'a',
      true,
      () => {},
      () => {},
    )
    await turn()
    expect(requests[0]?.options).toEqual({ signal: expect.any(AbortSignal) })
    expect(requests[1]?.options).toEqual({ steal: true })
  })

  it.each([
    ['stolen', new DOMException('', 'AbortError'), true],
    ['not to be had', new DOMException('', 'SecurityError'), false],
  ])('that is %s is lost', async (_, error, stolen) => {
    const { requests, locks } = fakeLocks()
    const lost = vi.fn()
    holdLock(locks, 'a', false, () => {}, lost)
    await turn()
    requests[0]?.reject(error)
    await turn()
    expect(lost).toHaveBeenCalledExactlyOnceWith(stolen)
  })

  it('that was let go of is not lost', async () => {
    const { requests, locks } = fakeLocks()
    const lost = vi.fn()
    const release = holdLock(locks, 'a', false, () => {}, lost)
    await turn()
    release()
    requests[0]?.reject(new DOMException('', 'AbortError'))
    await turn()
    expect(lost).not.toHaveBeenCalled()
  })

  it('whose request throws is lost', async () => {
    const lost = vi.fn()
    const request = (): never => {
      throw new DOMException('', 'InvalidStateError')
    }
    holdLock({ request } as unknown as LockManager, 'a', false, () => {}, lost)
    await turn()
    expect(lost).toHaveBeenCalledExactlyOnceWith(false)
  })
})

describe('the browser', () => {
  it('has the locks of its navigator, looked up at each call', () => {
    const locks = {} as LockManager
    vi.stubGlobal('navigator', { locks })
    expect(browser.locks).toBe(locks)
    vi.stubGlobal('navigator', {})
    expect(browser.locks).toBeUndefined()
    vi.stubGlobal('navigator', undefined)
    expect(browser.locks).toBeUndefined()
    vi.unstubAllGlobals()
  })

  it('has channels', () => {
    const made: { name: string; onmessage?: (event: object) => void }[] = []
    class Fake {
      name: string
      constructor(name: string) {
        this.name = name
        made.push(this)
      }
    }
    vi.stubGlobal('BroadcastChannel', Fake)
    const hear = vi.fn()
    browser.channel('a', hear)
    made[0]?.onmessage?.({ data: { kind: 'probe' } })
    expect(made[0]?.name).toBe('a')
    expect(hear).toHaveBeenCalledExactlyOnceWith({ kind: 'probe' })
    vi.unstubAllGlobals()
  })

  it('throws where there are no channels', () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(() => browser.channel('a', () => {})).toThrow()
    vi.unstubAllGlobals()
  })

  it('says whether somebody looks, and when that changes', () => {
    const page = stagePage()
    const looked = vi.fn()
    const stop = browser.onVisibility(looked)
    expect(browser.isVisible()).toBe(true)
    page.hide()
    expect(browser.isVisible()).toBe(false)
    expect(looked).toHaveBeenCalledOnce()
    stop()
    page.show()
    expect(looked).toHaveBeenCalledOnce()
  })
})
