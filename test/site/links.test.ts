import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shownIn, siteLink, withFiles } from '../../site/links.ts'

const root = join(import.meta.dirname, '../..')

describe('a link of a document', () => {
  it.each([
    ['docs/server.md', 'server/jobs.md#jobs', '/server/jobs.html#jobs'],
    ['docs/server/jobs.md', '../server.md', '/server.html'],
    ['docs/tabs.md', '../README.md#size', '/overview.html#size'],
    ['README.md', 'docs/errors.md', '/errors.html'],
    ['docs/testing.md', '../examples/testing', '/examples/testing.html'],
    ['docs/testing.md', '../examples', '/examples.html'],
    ['docs/server.md', '../examples/server/express/server.ts', '/examples/server/express/server.ts.html'],
    ['README.md', 'LICENSE', '/LICENSE.html'],
    ['docs/tabs.md', '#alone', '#alone'],
    ['docs/tabs.md', 'https://example.com/x.md', 'https://example.com/x.md'],
  ])('becomes an address of the site: %s to %s', (file, link, address) => {
    expect(siteLink(root, file, link)).toBe(address)
  })

  it('throws if it leads to a file that is no page', () => {
    expect(() => siteLink(root, 'docs/tabs.md', '../package.json')).toThrow('docs/tabs.md links to ../package.json')
  })
})

it('files that the site must show are found in the links of a document', () => {
  const text =
    '[a](../examples/server/hono/server.ts) [b](../examples/testing/) [c](../examples/README.md) [d](tabs.md)'
  expect(shownIn('docs/server.md', text)).toEqual(['examples/server/hono/server.ts', 'examples/testing'])
})

it('pictures in HTML get a path that a bundler takes for a file', () => {
  expect(withFiles('<source srcset="docs/a.png"><img src="b.png" alt="">')).toBe(
    '<source srcset="./docs/a.png"><img src="./b.png" alt="">',
  )
  const kept = '<img src="https://example.com/a.png"><img src="../b.png"><img src="/c.png">'
  expect(withFiles(kept)).toBe(kept)
})
