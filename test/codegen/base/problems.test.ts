import { describe, expect, it } from 'vitest'
import { formatProblem, Problems } from '../../../codegen/base/problems.ts'

describe('problems', () => {
  it('are there once, however often a part of a source is looked at', () => {
    const problems = new Problems()
    for (const line of [1, 2, 1]) problems.error({ file: '/a.rs', line }, 'x')
    problems.warn({ file: '/a.rs', line: 1 }, 'x')
    expect(problems.list.map(({ severity, place }) => [severity, place.line])).toEqual([
      ['error', 1],
      ['error', 2],
      ['warning', 1],
    ])
  })

  it('are one line each, from the folder that the command runs in', () => {
    const problems = new Problems()
    problems.warn({ file: '/app/models/a.rs', line: 3, column: 7 }, 'a u64 may be too large')
    expect(problems.hasErrors).toBe(false)
    problems.error({ file: '/app/b.json' }, 'no events')
    expect(problems.hasErrors).toBe(true)
    expect(problems.list.map((problem) => formatProblem(problem, '/app'))).toEqual([
      'models/a.rs:3:7: warning: a u64 may be too large',
      'b.json: no events',
    ])
  })
})
