import type { Result } from 'axe-core'

/*
 * What `check.ts` makes of the pages that it has looked at.
 */

export interface Seen {
  readonly path: string
  readonly problems: readonly string[]
  readonly ids: ReadonlySet<string>
  /** Paths with anchors, of this site. */
  readonly links: readonly string[]
}

/** A violation, with the first elements that have it. */
export function describeViolation({ id, nodes }: Pick<Result, 'id' | 'nodes'>): string {
  const places = nodes.slice(0, 3).map(({ html, any }) => `\n      ${html.slice(0, 160)} ${any[0]?.message ?? ''}`)
  return `${id}, ${nodes.length} times${places.join('')}`
}

/** The links that stay on this site, without its origin. */
export const ownLinks = (hrefs: readonly string[], origin: string): string[] =>
  hrefs.flatMap((href) => (href.startsWith(`${origin}/`) ? [href.slice(origin.length + 1)] : []))

/** Links of a page that lead nowhere. Pages that were not looked at count as pages without anchors to check. */
function brokenLinks({ links }: Seen, files: ReadonlySet<string>, pages: ReadonlyMap<string, Seen>): string[] {
  const broken = links.filter((link) => {
    const [path = '', anchor = ''] = link.split('#')
    const file = path === '' || path.endsWith('/') ? `${path}index.html` : path
    const target = pages.get(file)
    return !files.has(file) || (anchor !== '' && target !== undefined && !target.ids.has(decodeURIComponent(anchor)))
  })
  return [...new Set(broken)].map((link) => `links to ${link}, which is not there`)
}

/** A text for each page that has something to mend. @param files - All files of the site. */
export function findingsOf(seen: readonly Seen[], files: ReadonlySet<string>): string[] {
  const pages = new Map(seen.map((page) => [page.path, page]))
  return seen.flatMap((page) => {
    const problems = [...page.problems, ...brokenLinks(page, files, pages)]
    return problems.length === 0 ? [] : [`${page.path}\n  ${problems.join('\n  ')}`]
  })
}
