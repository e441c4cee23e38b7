import { globSync, readFileSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shownParts } from '../../demo/supervisor/sources.ts'

const root = join(import.meta.dirname, '../..')

describe('the sources below /source/', () => {
  it.each([
    ['/', []],
    ['/README.md', ['README.md']],
    ['/docs/', ['docs']],
    ['/src/hub/client.ts', ['src', 'hub', 'client.ts']],
    ['/docs/../README.md', ['README.md']],
    ['/docs/a%20b.md', ['docs', 'a b.md']],
  ])('show %s', (pathname, parts) => {
    expect(shownParts(pathname)).toEqual(parts)
  })

  it.each([
    '/package.json',
    '/node_modules/vite/package.json',
    '/.git/config',
    '/docs/.hidden',
    '/..%2f..%2fetc%2fpasswd',
    // A folder beside the project whose name begins with that of the project.
    `/..%2f${basename(root)}-docs%2fnotes.md`,
  ])('hide %s', (pathname) => {
    expect(shownParts(pathname)).toBeUndefined()
  })

  it('show every file that a document links to', () => {
    const documents = globSync(['README.md', 'docs/**/*.md'], { cwd: root })
    const targets = documents.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g)].map(
        ([, link = '']) => `/${posix.join(posix.dirname(file), link)}`,
      ),
    )
    expect(targets.length).toBeGreaterThan(100)
    expect(targets.filter((target) => !shownParts(target))).toEqual([])
  })
})
