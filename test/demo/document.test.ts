import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { documentPage, folderPage } from '../../demo/supervisor/document.ts'

describe('a document as a page', () => {
  it('has its name as the title, and the text of the Markdown', () => {
    const html = documentPage('docs/react.md', 'Some *words*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n')
    expect(html).toContain('<title>headwater: docs/react.md</title>')
    expect(html).toContain('<p>Some <em>words</em>.</p>')
    expect(html).toContain('<td>2</td>')
  })

  it('names its headings as GitHub does, each one once', () => {
    const html = documentPage('x.md', '# `createSSE()`, and more\n\n## A gap\n\n## A gap\n')
    expect(html).toContain('<h1 id="createsse-and-more"><code>createSSE()</code>, and more</h1>')
    expect(html).toContain('<h2 id="a-gap">A gap</h2>')
    expect(html).toContain('<h2 id="a-gap-1">A gap</h2>')
  })

  it('names every heading of the documents', () => {
    const unnamed = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'examples/*.md']).filter((file) =>
      /<h\d(?: id="(?:undefined)?")?>/.test(documentPage(file, readFileSync(file, 'utf8'))),
    )
    expect(unnamed).toEqual([])
  })
})

describe('a folder as a page', () => {
  it('links to its files, and to the folder above it', () => {
    const html = folderPage(['docs'], ['guides/', 'react.md'])
    expect(html.match(/(?<=<li><a href=")[^"]+/g)).toEqual(['../', 'guides/', 'react.md'])
  })

  it('has no link above the root', () => {
    expect(folderPage([], ['docs/']).match(/(?<=<li><a href=")[^"]+/g)).toEqual(['docs/'])
  })
})
