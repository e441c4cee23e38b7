import { describe, expect, it } from 'vitest'
import { payloadParser } from '../../../../cli/listen/output/payload.ts'

describe('data', () => {
  it.each([
    ['{ "a": 1 }', { kind: 'json', text: '{"a":1}' }],
    ['"x"', { kind: 'json', text: '"x"' }],
    ['12', { kind: 'json', text: '12' }],
    ['{"a":"\u009b"}', { kind: 'json', text: '{"a":"\\u009b"}' }],
    ['[DONE]', { kind: 'text', text: '[DONE]' }],
    ['two\nlines', { kind: 'text', text: 'two\nlines' }],
    ['', { kind: 'text', text: '' }],
  ])('%j is JSON if it can be', (raw, payload) => {
    expect(payloadParser('auto')(raw, 'x')).toEqual(payload)
  })

  it('must be JSON where that is asked for', () => {
    const parse = payloadParser('json')
    expect(parse('[1]', 'x')).toEqual({ kind: 'json', text: '[1]' })
    expect(() => parse('[DONE]', 'x')).toThrow(SyntaxError)
  })

  it('is null where JSON is asked for and there is none', () => {
    expect(payloadParser('json')('', 'x')).toEqual({ kind: 'json', text: 'null' })
  })

  it('is text where that is asked for', () => {
    expect(payloadParser('text')('{ "a": 1 }', 'x')).toEqual({ kind: 'text', text: '{ "a": 1 }' })
  })
})
