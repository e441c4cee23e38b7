import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CONSUMERS } from './table.ts'

it('the workflow of the forge runs each consumer once', () => {
  const workflow = readFileSync('.github/workflows/ci.yml', 'utf8')
  const run = [...workflow.matchAll(/^ +only: (.+)$/gm)].flatMap(([, names = '']) => names.split(','))
  expect(run.sort()).toEqual(CONSUMERS.map(({ name }) => name).sort())
})
