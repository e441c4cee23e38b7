import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHubObservers } from '../../../server/observe/observers.ts'
import { eventually } from '../../support/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

const CONNECTED = { clientId: 'c1', principal: {}, topics: [], recovered: false }

function reporting() {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  return reported
}

describe('observers', () => {
  it('are called in the order in which they came, until they leave', () => {
    const observers = createHubObservers()
    const told: unknown[] = []
    const off = observers.add({ onConnect: (connected) => told.push(['first', connected]) })
    observers.add({ onConnect: (connected) => told.push(['second', connected]), onReplay() {} })
    observers.call('onConnect', CONNECTED)
    off()
    off()
    observers.call('onConnect', CONNECTED)
    observers.call('onDisconnect', { clientId: 'c1', principal: {}, reason: 'closed', openFor: 5 })
    expect(told).toEqual([
      ['first', CONNECTED],
      ['second', CONNECTED],
      ['second', CONNECTED],
    ])
  })

  it('may be the same twice, and leave one by one', () => {
    const observers = createHubObservers()
    const observer = { onConnect: vi.fn() }
    const off = observers.add(observer)
    observers.add(observer)
    observers.call('onConnect', CONNECTED)
    off()
    observers.call('onConnect', CONNECTED)
    expect(observer.onConnect).toHaveBeenCalledTimes(3)
  })

  it('stop nobody with what they throw: it is reported', async () => {
    const reported = reporting()
    const observers = createHubObservers()
    const heard = vi.fn()
    observers.add({
      onConnect() {
        throw 'oops'
      },
    })
    observers.add({ onConnect: async () => Promise.reject('later') })
    observers.add({ onConnect: heard })
    observers.call('onConnect', CONNECTED)
    expect(heard).toHaveBeenCalledWith(CONNECTED)
    await eventually(() => expect(reported.mock.calls).toEqual([['oops'], ['later']]))
  })

  it('hear nothing more when they leave while others are called', () => {
    const observers = createHubObservers()
    const second = vi.fn()
    observers.add({ onConnect: () => off() })
    const off = observers.add({ onConnect: second })
    observers.call('onConnect', CONNECTED)
    expect(second).not.toHaveBeenCalled()
  })
})

describe('an error', () => {
  it('goes to those who listen for it, with where it came from', () => {
    const reported = reporting()
    const observers = createHubObservers()
    const onError = vi.fn()
    observers.add({ onConnect() {} })
    observers.add({ onError })
    observers.call('onError', 'oops', 'filter')
    expect(onError.mock.calls).toEqual([['oops', 'filter']])
    expect(reported).not.toHaveBeenCalled()
  })

  it('is reported where nobody listens; other things are not', () => {
    const reported = reporting()
    const observers = createHubObservers()
    const off = observers.add({ onError() {} })
    observers.add({ onConnect() {} })
    off()
    observers.call('onError', 'oops', 'filter')
    observers.call('onReplay', { clientId: 'c1', principal: {}, events: 5 })
    expect(reported.mock.calls).toEqual([['oops']])
  })
})

describe('an observer that cannot work', () => {
  const own = class {
    onConnect(): void {}
  }

  it.each<[observer: unknown, message: string]>([
    [
      { onConect() {} },
      'observe takes no onConect; it takes onConnect, onDisconnect, onReplay, onPublish, onDeliver, onError',
    ],
    [{ constructor: 5 }, 'observe takes no constructor; it takes onConnect, '],
    [{ onConnect: 5 }, 'onConnect expects a function, got 5'],
    [{ onError: null }, 'onError expects a function, got null'],
    [new own(), 'observe takes callbacks of the object itself, and onConnect is inherited'],
    [undefined, 'observe expects an object with callbacks (onConnect, '],
    [[], 'observe expects an object with callbacks (onConnect, '],
    [() => {}, 'observe expects an object with callbacks (onConnect, '],
  ])('is refused: %o', (observer, message) => {
    const { add } = createHubObservers()
    expect(() => add(observer as object)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
    )
  })

  it('is not one with callbacks that are undefined', () => {
    const observers = createHubObservers()
    observers.add({ onConnect: undefined })
    expect(observers.has('onConnect')).toBe(false)
  })
})

it('whether anybody hears something is known before it is told', () => {
  const observers = createHubObservers()
  expect(observers.has('onDeliver')).toBe(false)
  const off = observers.add({ onDeliver() {} })
  expect([observers.has('onDeliver'), observers.has('onPublish')]).toEqual([true, false])
  off()
  expect(observers.has('onDeliver')).toBe(false)
})
