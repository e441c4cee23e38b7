import { expect, it } from 'vitest'
import { toChart } from '../../../bench/herd/chart.ts'

const outcome = { attempts: [1, 0, 99_999], peaks: { slice: 99_999, second: 100_000, later: 0 }, total: 100_000 }

it('draws a line for each tenth of a second with attempts: 1 is above 0, 100,000 at the top', () => {
  const svg = toChart('Attempts', [{ name: 'a', outcome: { ...outcome, back: 20_000, lost: 0 } }], 300)
  expect(svg.match(/class="bars" d="(.*?)"/)?.[1]).toBe('M64 112v-2.9M509.3 112v-48')
})

it('says what happened in words, and what never happens', () => {
  const rows = [
    { name: 'back', outcome: { ...outcome, back: 20_400, lost: 0 } },
    { name: 'a < b', outcome: { ...outcome, back: Infinity, lost: 1234 } },
  ]
  const texts = [...toChart('Attempts', rows, 300).matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text)
  expect(texts).toEqual(
    expect.arrayContaining([
      'at most 99,999 in 0.1 s · 99 % back: 20 s',
      'a &#60; b',
      'at most 99,999 in 0.1 s · 99 % back: never · 1,234 never come back',
    ]),
  )
})
