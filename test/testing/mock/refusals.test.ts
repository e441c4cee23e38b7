import { expect, it } from 'vitest'
import { refusals } from '../../../testing/mock/refusals.ts'

it.each<[what: string, how: Parameters<typeof refusals>[1], steps: readonly unknown[]]>([
  ['nothing more', undefined, [{ refuse: { status: 503, headers: {} } }]],
  ['headers alone', { 'retry-after': '1' }, [{ refuse: { status: 503, headers: { 'retry-after': '1' } } }]],
  ['headers by name', { headers: { a: '1' } }, [{ refuse: { status: 503, headers: { a: '1' } } }]],
  ['a body', { body: 'no' }, [{ refuse: { status: 503, body: 'no' } }]],
  ['how often', { times: 2, body: 'no' }, Array(2).fill({ refuse: { status: 503, body: 'no' } })],
  ['never', { times: 0 }, []],
])('makes a step for each request: %s', (_, how, steps) => {
  expect(refusals(503, how)).toEqual(steps)
})

it.each([Infinity, -1, 1.5, NaN])('refuses to do so %d times', (times) => {
  expect(() => refusals(503, { times })).toThrow(
    new TypeError(
      `refuse() expects a whole number of times, got ${times}; to refuse every request, start with the script [{ refuse: { status: 503 } }]`,
    ),
  )
})
