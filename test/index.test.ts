import * as headwater from 'headwater'
import { expect, it } from 'vitest'

it('exports what is public, and nothing besides', () => {
  expect(Object.keys(headwater).sort()).toEqual([
    'SSEError',
    'byDataType',
    'createSSE',
    'eventSourceTransport',
    'fetchTransport',
    'isSSEError',
  ])
})
