import { expect, it } from 'vitest'
import { nearest } from '../../../cli/command-line/nearest.ts'

const WORDS = ['--json', '--header', '--heartbeat', '--help', '-H', '-h', '--verbose']

it.each([
  ['--jsn', '--json'],
  ['--JSON', '--json'],
  ['--verb', '--verbose'],
  ['--haeder', '--header'],
  ['--heartbeet', '--heartbeat'],
])('takes %s for %s', (word, meant) => {
  expect(nearest(word, WORDS)).toBe(meant)
})

it.each(['--xyz', '-Z', '', '--', 'unrelated'])('makes nothing of %j', (word) => {
  expect(nearest(word, WORDS)).toBeUndefined()
})

it('prefers the same word in another case to one that is like it', () => {
  expect(nearest('-X', ['-x', '-X'].slice(0, 1))).toBe('-x')
  expect(nearest('LISTEN', ['listens', 'listen'])).toBe('listen')
})
