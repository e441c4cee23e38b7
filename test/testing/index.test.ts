import * as testing from 'headwater/testing'
import * as node from 'headwater/testing/node'
import { expect, it } from 'vitest'

it('exports what is public, and nothing else', () => {
  expect(Object.keys(testing).sort()).toEqual(['createClock', 'createMockStream'])
  expect(Object.keys(node)).toEqual(['createMockServer'])
})
