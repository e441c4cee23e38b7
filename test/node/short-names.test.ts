import { expect, it } from 'vitest'
// biome-ignore lint/correctness/useImportExtensions: its types stand in a file of their own.
import { objectsIn, shortNames } from '../../scripts/short-names.mjs'

/*
 * The build gives names of the package's own one letter each. Two that may stand on one object must differ.
 */

it.each<[what: string, source: string, names: string[], bases: string[]]>([
  ['an interface', 'interface A extends B { _x: 1; _y(): void; z: 2 }', ['_x', '_y'], ['B']],
  ['a class', 'class A extends B implements C { _x = 1; get _y() { return 2 } }', ['_x', '_y'], ['B', 'C']],
  ['a type', 'type A = { _x: 1; readonly _y?: 2 }', ['_x', '_y'], []],
  ['a type of several', 'type A = B & { _x: 1 } & { _y: 2 }', ['_x', '_y'], ['B']],
  ['an object', 'const a = { _x: 1, _y() {}, z: 2 }', ['_x', '_y'], []],
  ['a pattern', 'const { _x, _y: y, z } = a', ['_x', '_y'], []],
])('the names of %s stand on one object', (_, source, names, bases) => {
  expect(objectsIn(source)[0]).toMatchObject({ names, bases })
})

it('a name of the platform is none of ours', () => {
  expect(objectsIn('const a = { __proto__: null, b: 1 }')).toEqual([{ name: undefined, names: [], bases: [] }])
})

it.each<[object: string, names: string[]]>([
  ['the connection', ['_state', '_attempt', '_failures', '_clock', '_queue', '_isWanted', '_heartbeat', '_go']],
  ['an attempt', ['_request', '_link', '_hasNews']],
  ['a heartbeat, with what it does not show', ['_heard', '_heardAt', '_hear', '_beat', '_watch', '_open']],
  ['a tab, with what all of its kind have', ['_channel', '_term', '_role', '_host', '_platform', '_locks']],
])('%s has a letter of its own for each name', (_, names) => {
  const short = shortNames()
  const letters = names.map((name) => short[name])
  expect(letters.every((letter) => /^[a-zA-Z]$/.test(`${letter}`))).toBe(true)
  expect(new Set(letters).size).toBe(names.length)
})

it('names of different objects share letters', () => {
  const short = Object.values(shortNames())
  expect(new Set(short).size).toBeLessThan(short.length)
})
