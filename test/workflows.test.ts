import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const ACTION = /^ +- uses: (.+)$/gm

it('a workflow names each action by its commit, with its version as a comment', () => {
  const workflows = globSync('.github/workflows/*.yml').map((file) => readFileSync(file, 'utf8'))
  const actions = workflows.flatMap((text) => [...text.matchAll(ACTION)].map(([, action = '']) => action))
  expect(actions).not.toHaveLength(0)
  for (const action of actions) expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})
