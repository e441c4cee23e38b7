import { describe, expect, it, vi } from 'vitest'
import { heldLocks, holdLock } from '../../src/tabs/locks.ts'
import type { Tab } from '../../src/tabs/tab.ts'

type Hold = () => Promise<unknown>

const tabWith = (locks: object): Tab => ({ _name: 'a', _locks: locks }) as unknown as Tab

/** Locks whose requests are answered by hand. */
function fakeLocks() {
  const requests: { name: string; options: LockOptions; hold: Hold; reject(error: unknown): void }[] = []
  const request = (name: string, options: LockOptions, hold: Hold): Promise<unknown> =>
    new Promise((_, reject) => requests.push({ name, options, hold, reject }))
  return { requests, tab: tabWith({ request }) }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

describe('holdLock()', () => {
  it('asks for the name of the stream, and more', () => {
    const { requests, tab } = fakeLocks()
    holdLock(tab, '', () => {})
    holdLock(tab, '|late', () => {})
    expect(requests.map(({ name }) => name)).toEqual(['a', 'a|late'])
  })

  it('holds a lock from when it is granted until it is released', async () => {
    const { requests, tab } = fakeLocks()
    const granted = vi.fn()
    const release = holdLock(tab, '', granted)
    await turn()
    expect(granted).not.toHaveBeenCalled()
    let over = false
    requests[0]?.hold().then(() => {
      over = true
    })
    expect(granted).toHaveBeenCalledOnce()
    await turn()
    expect(over).toBe(false)
    release()
    await turn()
    expect(over).toBe(true)
  })

  it('holds nothing if it is released before the lock is granted', async () => {
    const { requests, tab } = fakeLocks()
    const granted = vi.fn()
    holdLock(tab, '', granted)()
    await turn()
    expect(requests[0]?.options.signal?.aborted).toBe(true)
    let over = false
    requests[0]?.hold().then(() => {
      over = true
    })
    await turn()
    expect(over).toBe(true)
    expect(granted).not.toHaveBeenCalled()
  })

  it('gives a lock back that is released as soon as it is granted', async () => {
    const { requests, tab } = fakeLocks()
    const release = holdLock(tab, '', () => release())
    let over = false
    requests[0]?.hold().then(() => {
      over = true
    })
    await turn()
    expect(over).toBe(true)
  })

  it('queues with a signal and steals without one, as the two exclude each other', () => {
    const { requests, tab } = fakeLocks()
    holdLock(tab, '', () => {})
    holdLock(
      tab,
      '',
      () => {},
      () => {},
      true,
    )
    expect(requests[0]?.options).toEqual({ signal: expect.any(AbortSignal) })
    expect(requests[1]?.options).toEqual({ steal: true })
  })

  it.each([
    ['stolen', new DOMException('', 'AbortError'), true],
    ['not to be had', new DOMException('', 'SecurityError'), false],
  ])('reports a lock that is %s as lost', async (_, error, stolen) => {
    const { requests, tab } = fakeLocks()
    const lost = vi.fn()
    holdLock(tab, '', () => {}, lost)
    requests[0]?.reject(error)
    await turn()
    expect(lost).toHaveBeenCalledExactlyOnceWith(stolen)
  })

  it('does not report a lock that was released', async () => {
    const { requests, tab } = fakeLocks()
    const lost = vi.fn()
    const release = holdLock(tab, '', () => {}, lost)
    release()
    requests[0]?.reject(new DOMException('', 'AbortError'))
    await turn()
    expect(lost).not.toHaveBeenCalled()
  })

  it('needs no callback for a lock that is lost', async () => {
    const { requests, tab } = fakeLocks()
    holdLock(tab, '', () => {})
    requests[0]?.reject(new DOMException('', 'AbortError'))
    await turn()
  })

  it('reports a lock whose request throws as lost', async () => {
    const lost = vi.fn()
    const request = (): never => {
      throw new DOMException('', 'InvalidStateError')
    }
    holdLock(tabWith({ request }), '', () => {}, lost)
    await turn()
    expect(lost).toHaveBeenCalledExactlyOnceWith(false)
  })
})

describe('heldLocks()', () => {
  it('lists the locks that are held', async () => {
    const held = [{ name: 'a' }]
    expect(await heldLocks(tabWith({ query: async () => ({ held, pending: [] }) }))).toBe(held)
  })

  it.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new DOMException('', 'SecurityError'))],
    [
      'throws',
      () => {
        throw new DOMException('', 'InvalidStateError')
      },
    ],
    ['does not say', async () => ({})],
  ])('is undefined where the browser %s', async (_, query) => {
    expect(await heldLocks(tabWith({ query }))).toBeUndefined()
  })
})
