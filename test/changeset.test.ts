import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { hideWorkspaces, withHeading, withVersion } from '../scripts/changeset.mjs'

const read = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8')

const MANIFEST = `{
  "name": "headwater",
  "version": "0.1.0",
  "workspaces": [
    "site"
  ],
  "exports": {
    ".": "./dist/index.js"
  }
}
`

it('a manifest without its workspaces gets them back in their old place, with its new version', () => {
  const { hidden, show } = hideWorkspaces(MANIFEST)
  expect(JSON.parse(hidden)).toEqual({ name: 'headwater', version: '0.1.0', exports: { '.': './dist/index.js' } })
  expect(show(hidden.replace('0.1.0', '0.2.0'))).toBe(MANIFEST.replace('0.1.0', '0.2.0'))
})

it('the manifest of this package has workspaces that can be hidden', () => {
  const manifest = read('package.json')
  const { hidden, show } = hideWorkspaces(manifest)
  expect(JSON.parse(hidden)).not.toHaveProperty('workspaces')
  expect(show(hidden)).toBe(manifest)
})

it('a manifest with its workspaces in another place is refused', () => {
  const moved = '{\n  "workspaces": ["site"],\n  "name": "headwater",\n  "exports": {}\n}\n'
  expect(() => hideWorkspaces(moved)).toThrow('expected "workspaces" before "exports"')
})

it('a new version gets one heading in the changelog, below "Unreleased"', () => {
  const changelog = '# Changelog\n\n## [Unreleased]\n\n### Added\n'
  const released = '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-01-31\n\n### Added\n'
  expect(withHeading(changelog, '0.2.0', '2026-01-31')).toBe(released)
  expect(withHeading(released, '0.2.0', '2026-02-01')).toBe(released)
})

it('a new version changes two lines of the lock file, and nothing else', () => {
  const lock = read('package-lock.json')
  const lines = lock.split('\n')
  const changed = withVersion(lock, '99.0.0').split('\n')
  expect(changed).toHaveLength(lines.length)
  const different = changed.filter((line, n) => line !== lines[n]).map((line) => line.trim())
  expect(different).toEqual(['"version": "99.0.0",', '"version": "99.0.0",'])
})
