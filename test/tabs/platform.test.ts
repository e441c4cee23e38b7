// @vitest-environment page
import { describe, expect, it, vi } from 'vitest'
import { browser } from '../../src/tabs/platform.ts'
import { stagePage } from '../support/page.ts'

describe('browser', () => {
  it('has the locks of the navigator, looked up at each call', () => {
    const locks = {} as LockManager
    vi.stubGlobal('navigator', { locks })
    expect(browser.locks).toBe(locks)
    vi.stubGlobal('navigator', {})
    expect(browser.locks).toBeUndefined()
    vi.stubGlobal('navigator', undefined)
    expect(browser.locks).toBeUndefined()
    vi.unstubAllGlobals()
  })

  it('opens channels, and passes on what they receive', () => {
    const made: { name: string; onmessage?: (event: object) => void }[] = []
    class Fake {
      name: string
      constructor(name: string) {
        this.name = name
        made.push(this)
      }
    }
    vi.stubGlobal('BroadcastChannel', Fake)
    const receive = vi.fn()
    browser.channel('a', receive)
    made[0]?.onmessage?.({ data: { kind: 'probe' } })
    expect(made[0]?.name).toBe('a')
    expect(receive).toHaveBeenCalledExactlyOnceWith({ kind: 'probe' })
    vi.unstubAllGlobals()
  })

  it('throws where there are no channels', () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    expect(() => browser.channel('a', () => {})).toThrow()
    vi.unstubAllGlobals()
  })

  it('says whether the page is visible, and when that changes', () => {
    const page = stagePage()
    const changed = vi.fn()
    const stop = browser.onVisibility(changed)
    expect(browser.isVisible()).toBe(true)
    page.hide()
    expect(browser.isVisible()).toBe(false)
    expect(changed).toHaveBeenCalledOnce()
    stop()
    page.show()
    expect(changed).toHaveBeenCalledOnce()
  })
})
