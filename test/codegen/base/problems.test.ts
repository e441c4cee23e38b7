import { describe, expect, it } from 'vitest'
import { formatProblem, Problems } from '../../../codegen/base/problems.ts'

describe('problems', () => {
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
