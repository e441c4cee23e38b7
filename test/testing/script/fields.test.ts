import { expect, it } from 'vitest'
import {
  anything,
  type Check,
  fieldsOf,
  isFlag,
  isHeaders,
  isObject,
  isText,
  isTexts,
  isTime,
  isTrue,
  isWhole,
  listOf,
} from '../../../testing/script/fields.ts'

const pair = fieldsOf({ a: isText, b: isWhole }, ['a'])
const pairs = listOf({ a: isText, b: isWhole })

it.each<[name: string, check: Check, fits: readonly unknown[], misfits: readonly unknown[]]>([
  ['anything', anything, [undefined, null, 0, {}, 1n], []],
  ['true', isTrue, [true], [false, 1, 'true', undefined]],
  ['a flag', isFlag, [true, false], [0, 'false', undefined]],
  ['a text', isText, ['', 'a'], [1, null, undefined, ['a']]],
  ['a list of texts', isTexts, [[], ['a', '']], ['a', [1], ['a', null], { 0: 'a' }, undefined]],
  ['a time', isTime, [0, 0.5, 1e12], [-1, NaN, Infinity, '5', null, undefined]],
  ['a whole number', isWhole, [0, 7], [0.5, -1, NaN, Infinity, '7', undefined]],
  ['an object', isObject, [{}, { a: 1 }], [null, [], 'a', undefined]],
  ['headers', isHeaders, [{}, { a: '1' }], [{ a: 1 }, { a: undefined }, [], null, 'a']],
  [
    'an object with these fields',
    pair,
    [{ a: '' }, { a: 'x', b: 1 }, { a: 'x', b: undefined }],
    [{}, { a: undefined }, { b: 1 }, { a: 1 }, { a: '', b: 0.5 }, { a: '', c: 1 }, { a: '', toString: '' }, [], null],
  ],
  [
    'a list of objects with all these fields',
    pairs,
    [[], [{ a: '', b: 1 }]],
    [{ a: '', b: 1 }, [{ a: '' }], [{ a: '', b: 1, c: 1 }], [null], undefined],
  ],
])('finds out what is %s', (_, check, fits, misfits) => {
  expect(fits.filter((value) => !check(value))).toEqual([])
  expect(misfits.filter((value) => check(value))).toEqual([])
})
