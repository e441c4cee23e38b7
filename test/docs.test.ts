import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

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

const withoutCode = (text: string): string => text.replace(/```.*?```/gs, '')

/** The names under which GitHub and npm can link to the headings of a document. */
function anchorsOf(text: string): Set<string> {
  const counts = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#+ (.*)$/gm)) {
    const words = heading.trim().toLowerCase()
    const name = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    anchors.add(count ? `${name}-${count}` : name)
  }
  return anchors
}

/** What is wrong with the links of a document. */
function brokenLinks(file: string): string[] {
  const links = [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.flatMap((link) => {
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
  it('are found by their headings as GitHub names them', () => {
    const text = '# The `hub`\n\n## Clean ends, and 404\n\n## Clean ends, and 404\n\n```\n# no heading\n```\n'
    expect([...anchorsOf(text)]).toEqual(['the-hub', 'clean-ends-and-404', 'clean-ends-and-404-1'])
  })

  it.each(globSync(['*.md', 'docs/**/*.md', '{bench,examples,demo}/README.md'], { cwd: root }))(
    'lead from %s to headings and files of the package',
    (file) => {
      expect(brokenLinks(file)).toEqual([])
    },
  )
})
