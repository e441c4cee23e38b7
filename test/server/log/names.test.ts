import { expect, it } from 'vitest'
import { checkNames } from '../../../server/log/names.ts'

it.each([{}, { size: 5 }, { size: undefined, path: '/a' }])('takes %o', (options) => {
  expect(() => checkNames('fileLog', ['path', 'size'], options)).not.toThrow()
})

it.each<[options: unknown, message: string]>([
  [{ max: 5 }, 'fileLog takes no max; it takes path, size'],
  ['/var/lib/shop', 'fileLog expects an object of options, got "/var/lib/shop"'],
  [undefined, 'fileLog expects an object of options, got undefined'],
  [null, 'fileLog expects an object of options, got null'],
])('refuses %o', (options, message) => {
  expect(() => checkNames('fileLog', ['path', 'size'], options)).toThrow(new TypeError(message))
})
