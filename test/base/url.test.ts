import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { getBase, isCrossOrigin, withParam } from '../../src/base/url.ts'

afterEach(() => vi.unstubAllGlobals())

describe('withParam()', () => {
  it.each([
    // URL, name, value -> URL
    ['https://a.test/e', 'id', '7', 'https://a.test/e?id=7'],
    ['https://a.test/e?', 'id', '7', 'https://a.test/e?id=7'],
    ['https://a.test/e?x=1', 'id', '7', 'https://a.test/e?x=1&id=7'],
    ['https://a.test/e?x=1#part', 'id', '7', 'https://a.test/e?x=1&id=7#part'],
    ['https://a.test/e?x=1&', 'id', '7', 'https://a.test/e?x=1&&id=7'],
    ['https://a.test/e?x=1', 'id', '', 'https://a.test/e?x=1&id='],
    ['https://a.test/e?x=1', 'id', 'a b&c=d#e+f', 'https://a.test/e?x=1&id=a%20b%26c%3Dd%23e%2Bf'],
    ['https://a.test/e?x=1', 'id', 'größe 日本', 'https://a.test/e?x=1&id=gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC'],
    ['https://a.test/e?x=1', 'last id', '7', 'https://a.test/e?x=1&last%20id=7'],
    ['https://a.test/e?idea=1', 'id', '7', 'https://a.test/e?idea=1&id=7'],
  ])('makes of %s, with %j set to %j: %s', (url, name, value, expected) => {
    expect(withParam(url, name, value)).toBe(expected)
  })

  it('keeps the other parameters letter by letter: the URL may be signed', () => {
    const signed = 'https://a.test/e?sig=a%2fB%2Bc~d+e%20f(!)*&empty&=x&list=1&list=2&q=%7e'
    expect(withParam(signed, 'id', '7')).toBe(`${signed}&id=7`)
  })

  it('sets a parameter that is there already, once', () => {
    expect(withParam('https://a.test/e?id=6&x=1', 'id', '7')).toBe('https://a.test/e?id=7&x=1')
    expect(withParam('https://a.test/e?id=5&x=1&id=6', 'id', '7')).toBe('https://a.test/e?id=7&x=1')
    expect(withParam('https://a.test/e?i%64=6', 'id', '7')).toBe('https://a.test/e?id=7')
  })

  it('carries every text, and changes no other parameter', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 })
    const value = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(name, value, (name, value) => {
        fc.pre(name !== 'kept')
        const { searchParams } = new URL(withParam('https://a.test/e?kept=%7e', name, value))
        expect([...searchParams]).toEqual([
          ['kept', '~'],
          [name, value],
        ])
        const twice = withParam(withParam('https://a.test/e', name, 'old'), name, value)
        expect([...new URL(twice).searchParams]).toEqual([[name, value]])
      }),
    )
  })
})

describe('getBase()', () => {
  it('is the base of the document, at this moment', () => {
    vi.stubGlobal('document', { baseURI: 'https://a.test/app/' })
    expect(getBase()).toBe('https://a.test/app/')
    vi.stubGlobal('document', { baseURI: 'https://a.test/other/' })
    expect(getBase()).toBe('https://a.test/other/')
  })

  it('is the address of a worker, where there is no document', () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('location', { href: 'https://a.test/worker.js' })
    expect(getBase()).toBe('https://a.test/worker.js')
  })

  it('is this machine, where there is neither', () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('location', undefined)
    expect(getBase()).toBe('http://localhost')
  })
})

describe('isCrossOrigin()', () => {
  it.each([
    ['https://a.test/events', false],
    ['https://a.test:443/events', false],
    ['https://user@a.test/events', false],
    ['http://a.test/events', true],
    ['https://a.test:8443/events', true],
    ['https://api.a.test/events', true],
    ['https://b.test/events', true],
  ])('says whether %s is of another origin than a page at https://a.test: %j', (url, expected) => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    expect(isCrossOrigin(url)).toBe(expected)
  })

  it('is false where there is no origin, as in Node', () => {
    vi.stubGlobal('location', undefined)
    expect(isCrossOrigin('https://b.test/events')).toBe(false)
  })

  it('is true for a page of an opaque origin, whose location is none of the network', () => {
    vi.stubGlobal('location', new URL('about:blank'))
    expect(isCrossOrigin('https://a.test/events')).toBe(true)
  })
})
