import { expect, it } from 'vitest'
import { changeOf } from '../../src/hub/change.ts'

const change = (add: string[], remove: string[], all: string[], clientId?: string): object => ({
  clientId,
  add,
  remove,
  all,
})

it.each<[string, string[], string[], string | undefined, object | undefined]>([
  ['nothing of nothing', [], [], 'c', undefined],
  ['nothing where all is asked for', ['a', 'b'], ['a', 'b'], 'c', undefined],
  ['nothing in another order', ['a', 'b'], ['b', 'a'], 'c', undefined],
  ['what comes', ['a'], ['a', 'b'], 'c', change(['b'], [], ['a', 'b'], 'c')],
  ['what goes', ['a', 'b'], ['b'], 'c', change([], ['a'], ['b'], 'c')],
  ['what comes and what goes', ['a', 'b'], ['b', 'd'], 'c', change(['d'], ['a'], ['b', 'd'], 'c')],
  ['everything that goes', ['a'], [], 'c', change([], ['a'], [], 'c')],
  ['everything that comes', [], ['a'], 'c', change(['a'], [], ['a'], 'c')],
  ['what comes, on a connection without a name', ['a'], ['a', 'b'], undefined, change(['b'], [], ['a', 'b'])],
  ['what comes and goes, on a connection without a name', ['a'], ['b'], undefined, change(['b'], ['a'], ['b'])],
  ['nothing where topics only go, on a connection without a name', ['a', 'b'], ['b'], undefined, undefined],
  ['nothing where nothing changes, on a connection without a name', ['a'], ['a'], undefined, undefined],
  ['nothing where topics only go, on a connection with an empty name', ['a'], [], '', undefined],
])('a change is %s', (_, asked, all, clientId, expected) => {
  expect(changeOf(asked, all, clientId)).toEqual(expected)
})
