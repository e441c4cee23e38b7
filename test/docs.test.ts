import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, withoutCode } from '../site/anchors.ts'
import { siteLink } from '../site/links.ts'
import { addressOf, writtenPagesOf } from '../site/pages.ts'
import { linksOf, sidebarOf } from '../site/sidebar.ts'
import type { SSEErrorCode } from '../src/index.ts'

/*
 * Links of the documents. They come with the package, so they must lead to something that comes with it too.
 */

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] }

/** npm adds these by itself. */
const ALWAYS = ['README.md', 'LICENSE', 'package.json']
const isShipped = (path: string): boolean =>
  [...files, ...ALWAYS].some((entry) => path === entry || path.startsWith(`${entry}/`))

const linksIn = (file: string): string[] =>
  [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)

/** What is wrong with the links of a document. */
function brokenLinks(file: string): string[] {
  return linksIn(file).flatMap((link) => {
    if (/^https?:/.test(link)) return []
    const [path = '', anchor] = link.split('#')
    const target = path ? join(dirname(file), path) : file
    if (!existsSync(join(root, target))) return `${link} leads to no file`
    if (isShipped(file) && !isShipped(target)) return `${link} leads to a file that is not in the package`
    if (anchor !== undefined && !anchorsOf(read(target)).has(anchor)) return `${link} leads to no heading`
    return []
  })
}

describe('links', () => {
  it.each(globSync(['*.md', 'docs/**/*.md', '{bench,examples,demo}/README.md'], { cwd: root }))(
    'lead from %s to headings and files of the package',
    (file) => {
      expect(brokenLinks(file)).toEqual([])
    },
  )
})

describe('the table of contents, docs/README.md', () => {
  it('leads to every page of the site', () => {
    const sidebar = linksOf(sidebarOf(read('docs/README.md')))
    const pages = writtenPagesOf(root).flatMap((file) => addressOf(file) ?? [])
    expect([...new Set([...sidebar, '/index'])].sort()).toEqual(
      pages.map((page) => `/${page.replace(/\.md$/, '')}`).sort(),
    )
  })
})

describe('the site', () => {
  it.each(writtenPagesOf(root))('has an address for each link of %s', (file) => {
    const links = linksIn(file).filter((link) => !/\.(svg|png|gif|webp)$/.test(link))
    for (const link of links) expect(siteLink(root, file, link)).toMatch(/^(https?:|#|\/)/)
  })
})

it('docs/errors.md has a heading for each code of an error', () => {
  const codes: Record<SSEErrorCode, true> = {
    network: true,
    http: true,
    'content-type': true,
    timeout: true,
    stalled: true,
    'too-large': true,
    unauthorized: true,
    'gave-up': true,
    options: true,
  }
  const anchors = anchorsOf(read('docs/errors.md'))
  expect(Object.keys(codes).filter((code) => !anchors.has(code))).toEqual([])
})
