import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/*
 * The recipes of docs/testing.md and docs/testing/ are files that run: those for vitest as tests of their own, the others from here and from
 * test/e2e. What the page shows of them is what they say.
 */

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

describe('the pages about testing', () => {
  const pages = ['docs/testing.md', ...globSync('docs/testing/*.md', { cwd: root })].map(read).join('\n')
  const quotes = [...pages.matchAll(/^<!-- (examples\/\S+) -->\n```\w+\n(.*?)^```$/gms)]

  it.each(quotes.map(([, file = '', code = '']) => ({ file, code })))('quotes $file as it is', ({ file, code }) => {
    // Blank lines part what the page leaves out.
    for (const part of code.trimEnd().split('\n\n')) expect(read(file)).toContain(part)
  })

  it.each(['examples/testing/react/orders.tsx', 'examples/testing/react/orders.test.tsx'])(
    'quote the whole of %s, so that it runs as pasted',
    (name) => {
      const parts = quotes.filter(([, file]) => file === name).map(([, , code = '']) => code)
      expect(parts.join('\n')).toBe(read(name))
    },
  )

  it('quotes every recipe', () => {
    const quoted = quotes.map(([, file = '']) => file.split('/')[2])
    expect(new Set(quoted)).toEqual(new Set(RECIPES))
  })
})

const RECIPES = ['react', 'vue', 'jest', 'globals', 'module', 'msw', 'storybook', 'playwright', 'cypress']

describe('under Jest', () => {
  it.each(['examples/testing/jest', 'test/demo/jest'])(
    '%s passes, with the package as it is built and with jsdom as Jest has it',
    (folder) => {
      if (!existsSync(join(root, 'dist'))) throw new Error('There is no dist/ to test: run `npm run build` first.')
      const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
      const { NODE_OPTIONS: _, ...env } = process.env
      const { stdout, stderr } = spawnSync(process.execPath, [jest, '--json', '--no-cache'], {
        cwd: join(root, folder),
        env,
        encoding: 'utf8',
      })
      const { success, numTotalTests } = JSON.parse(stdout)
      expect(success, stderr).toBe(true)
      expect(numTotalTests).toBeGreaterThan(1)
      // Nor does React complain of updates outside act().
      expect(stderr).not.toContain('console.error')
    },
  )
})
