import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressOf, pagesOf, writtenPagesOf } from '../../site/pages.ts'

const root = join(import.meta.dirname, '../..')

describe('the address of a file', () => {
  it.each([
    ['README.md', 'overview.md'],
    ['docs/tabs.md', 'tabs.md'],
    ['docs/server/jobs.md', 'server/jobs.md'],
    ['docs/README.md', 'contents.md'],
    ['site/index.md', 'index.md'],
    ['site/generated/api/headwater/hub.md', 'api/headwater/hub.md'],
    ['docs/herd.svg', undefined],
    ['package.json', undefined],
  ])('%s has the address %s', (file, address) => {
    expect(addressOf(file)).toBe(address)
  })
})

it('no two pages have one address', () => {
  const addresses = pagesOf(root).map(addressOf)
  expect(addresses).not.toContain(undefined)
  expect(new Set(addresses).size).toBe(addresses.length)
})

it('every Markdown file in the root of the repository is a page', () => {
  const files = globSync('*.md', { cwd: root })
  expect(files.filter((file) => addressOf(file) === undefined)).toEqual([])
})

it('no two addresses differ only in upper and lower case', () => {
  const addresses = pagesOf(root).map((file) => addressOf(file)?.toLowerCase())
  expect(new Set(addresses).size).toBe(addresses.length)
})

it('written pages leave out what is generated', () => {
  const pages = writtenPagesOf(root)
  expect(pages).toContain('docs/tabs.md')
  expect(pages.filter((file) => file.startsWith('site/generated/'))).toEqual([])
})
