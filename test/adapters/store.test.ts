// @vitest-environment page
import * as store from 'headwater/store'
import { expect, it } from 'vitest'

it('headwater/store has the two stores and nothing else', () => {
  expect(Object.keys(store).sort()).toEqual(['createStatusStore', 'createValueStore'])
})
