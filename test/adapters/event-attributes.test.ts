// @vitest-environment page
import { afterEach, describe, expect, it, vi } from 'vitest'
import { callsAttributes, EventAttributes } from '../../adapters/event-attributes.ts'
import { ENVIRONMENTS } from '../testing/fetch/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function setup(callsByItself = false) {
  const target = new EventTarget()
  const attributes = new EventAttributes(target, callsByItself)
  const heard: string[] = []
  const hear = (name: string) => () => void heard.push(name)
  const fire = (type = 'open'): string[] => {
    target.dispatchEvent(new Event(type))
    return heard.splice(0)
  }
  return { target, attributes, hear, fire }
}

describe('an event handler attribute', () => {
  it.each([null, undefined, false, 0, 1, '', 'alert()', Symbol('a')])('is null when it is set to %s', (value) => {
    const { attributes, fire, hear } = setup()
    attributes.set('open', hear('before'))
    attributes.set('open', value)
    expect(attributes.get('open')).toBeNull()
    expect(fire()).toEqual([])
  })

  it('keeps an object that cannot be called, and calls none of its methods', () => {
    const { attributes, fire } = setup()
    const value = { handleEvent: () => expect.fail('called') }
    attributes.set('open', value)
    expect(attributes.get('open')).toBe(value)
    expect(fire()).toEqual([])
  })

  it('calls a function with the event, as a method of the target', () => {
    const { target, attributes } = setup()
    const value = vi.fn()
    attributes.set('open', value)
    const event = new Event('open')
    target.dispatchEvent(event)
    expect(attributes.get('open')).toBe(value)
    expect([value.mock.calls, value.mock.contexts]).toEqual([[[event]], [target]])
  })

  it('hears only events of its own type', () => {
    const { attributes, hear, fire } = setup()
    attributes.set('open', hear('open'))
    attributes.set('error', hear('error'))
    expect([fire('open'), fire('error'), fire('message')]).toEqual([['open'], ['error'], []])
  })

  it('keeps its place among the listeners when it is replaced, and takes the last after it was null', () => {
    const { target, attributes, hear, fire } = setup()
    target.addEventListener('open', hear('first'))
    attributes.set('open', hear('a'))
    target.addEventListener('open', hear('last'))
    attributes.set('open', hear('b'))
    expect(fire()).toEqual(['first', 'b', 'last'])
    attributes.set('open', null)
    expect(fire()).toEqual(['first', 'last'])
    attributes.set('open', hear('c'))
    expect(fire()).toEqual(['first', 'last', 'c'])
  })

  it('only keeps its value where the target calls it by itself', () => {
    const { attributes, hear, fire } = setup(true)
    const value = hear('twice')
    attributes.set('open', value)
    expect(attributes.get('open')).toBe(value)
    expect(fire()).toEqual([])
  })
})

describe('a target', () => {
  it.each(ENVIRONMENTS)('leaves its attributes to the class, with the events of %s', (_, classes) => {
    for (const [name, value] of Object.entries(classes)) vi.stubGlobal(name, value)
    expect(callsAttributes()).toBe(false)
  })

  it('is found to call its attributes by itself', () => {
    class Calling extends EventTarget {
      override dispatchEvent(event: Event): boolean {
        ;(this as unknown as Record<string, (event: Event) => void>)[`on${event.type}`]?.(event)
        return super.dispatchEvent(event)
      }
    }
    vi.stubGlobal('EventTarget', Calling)
    expect(callsAttributes()).toBe(true)
  })
})
