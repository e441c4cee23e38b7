import { describe, expect, it } from 'vitest'
import { gapsCell, sumOf, undue, type Verdict } from './verdict.ts'

const fine: Verdict = { events: 3, gaps: {}, missed: 0, lost: [], doubled: [], disordered: [], wrong: [] }

describe('sumOf()', () => {
  it('adds up what the histories show', () => {
    const one = { ...fine, gaps: { epoch: 1 }, missed: 2, lost: ['a', 'b'] }
    const other = { ...fine, gaps: { epoch: 2, expired: 1 }, missed: 1, doubled: ['c'], disordered: ['d'] }
    expect(sumOf([fine, one, other])).toMatchObject({
      events: 9,
      gaps: { epoch: 3, expired: 1 },
      missed: 3,
      lost: 2,
      doubled: 1,
      disordered: 1,
    })
  })

  it('names the client of every fault, those too that no column counts', () => {
    const other = { ...fine, lost: ['a'], doubled: ['b'], disordered: ['c'], wrong: ['d'] }
    expect(sumOf([fine, other]).faults).toEqual({
      lost: ['client 1, lost: a'],
      doubled: ['client 1, doubled: b'],
      disordered: ['client 1, disordered: c'],
      wrong: ['client 1, wrong: d'],
    })
  })
})

describe('undue()', () => {
  it.each<[what: string, gaps: Record<string, number>, due: string[], lines: string[]]>([
    ['no gaps', {}, [], []],
    ['the gaps that are due', { epoch: 3 }, ['epoch', 'expired'], []],
    ['another gap', { epoch: 3, overflow: 2 }, ['epoch'], ['2 gaps because of overflow']],
    ['a gap where none is due', { epoch: 1 }, [], ['1 gaps because of epoch']],
  ])('judges %s', (_, gaps, due, lines) => {
    expect(undue(gaps, due)).toEqual(lines)
  })
})

it('gapsCell() says how many gaps there were of each reason', () => {
  expect([gapsCell({}), gapsCell({ epoch: 1200, expired: 1 })]).toEqual(['0', '1,200 epoch, 1 expired'])
})
