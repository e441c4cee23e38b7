import { describe, expect, it, vi } from 'vitest'
import { hubEvent } from '../../../server/publish/event.ts'
import { createEventListeners } from '../../../server/publish/event-listeners.ts'
import { eventually } from '../../support/eventually.ts'

const parcel = (type: string, data: unknown) => {
  const event = hubEvent({ type, json: JSON.stringify(data), to: { userId: 'ada' }, at: 5 }, 'x-1')
  return { type, event: () => event }
}

function setup() {
  const failed = vi.fn()
  const heard: unknown[] = []
  const { on, call } = createEventListeners(failed)
  const listen = (type: string, name: string) => on(type, (data) => heard.push(`${name} ${data}`))
  return { on, call, failed, heard, listen }
}

describe('listeners of events', () => {
  it('hear the events of their name, or all, until they leave', () => {
    const { listen, call, heard } = setup()
    const off = listen('a', 'first')
    listen('*', 'all')
    listen('a', 'second')
    call(parcel('a', 1))
    call(parcel('b', 2))
    off()
    off()
    call(parcel('a', 3))
    expect(heard).toEqual(['first 1', 'second 1', 'all 1', 'all 2', 'second 3', 'all 3'])
  })

  it('may be the same twice, and leave one by one', () => {
    const { on, call } = setup()
    const listener = vi.fn()
    const off = on('a', listener)
    on('a', listener)
    off()
    call(parcel('a', 1))
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('may leave and come again while they are called', () => {
    const { on, call, heard, listen } = setup()
    const off = on('a', () => {
      off()
      listen('a', 'again')
    })
    call(parcel('a', 1))
    call(parcel('a', 2))
    expect(heard.at(-1)).toBe('again 2')
  })

  it('get the payload and the event with its target', () => {
    const { on, call } = setup()
    const listener = vi.fn()
    on('a', listener)
    const event = parcel('a', { n: 1 }).event()
    call({ type: 'a', event: () => event })
    expect(listener.mock.calls).toEqual([[{ n: 1 }, event]])
    expect(event.target).toEqual({ userId: 'ada' })
  })

  it('stop nobody with what they throw or reject with', async () => {
    const { on, call, failed, heard, listen } = setup()
    on('a', () => {
      throw new Error('thrown')
    })
    on('a', () => Promise.reject(new Error('rejected')))
    listen('a', 'last')
    call(parcel('a', 1))
    expect(heard).toEqual(['last 1'])
    await eventually(() => expect(failed.mock.calls).toEqual([[new Error('thrown')], [new Error('rejected')]]))
  })

  it('cost nothing where there are none: the event is not made', () => {
    const { listen, call } = setup()
    const made = vi.fn()
    const unmade = {
      type: 'a',
      event() {
        made()
        return parcel('a', 1).event()
      },
    }
    listen('b', 'other')()
    call(unmade)
    expect(made).not.toHaveBeenCalled()
  })

  it.each<[what: string, type: unknown, listener: unknown, message: RegExp]>([
    ['no name', undefined, () => {}, /^the name of an event must be a string/],
    ['an empty name', '', () => {}, /^the name of an event must be a string/],
    ['a name of the protocol', 'gap', () => {}, /^gap is a name of the protocol's own/],
    [
      'a pattern',
      'order.*',
      () => {},
      /^on expects the name of an event, or '\*' for all; got the pattern "order\.\*"$/,
    ],
    ['no function', 'a', undefined, /^on expects a function to call, got undefined$/],
    ['an object', '*', {}, /^on expects a function to call, got an object without fields$/],
  ])('are not added for %s', (_, type, listener, message) => {
    const { on } = setup()
    expect(() => on(type as string, listener as () => void)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }),
    )
  })
})
