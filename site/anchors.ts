import { posix } from 'node:path'

/*
 * Anchors of headings, as GitHub and npm name them. The site names them in the same way, so one link works everywhere.
 */

/** The name of a heading, without regard to other headings of its page. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

export const withoutCode = (text: string): string => text.replace(/```.*?```/gs, '')

/** The anchors of a page. A name that comes twice gets a number. */
export function anchorsOf(text: string): Set<string> {
  const counts = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#+ (.*)$/gm)) {
    const name = anchorOf(heading)
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    anchors.add(count ? `${name}-${count}` : name)
  }
  return anchors
}

/**
 * TypeDoc gives some links the anchor of a second heading where there is only one: these lead to that one.
 * @param pages - The texts of pages by their paths.
 */
export function mendAnchors(pages: ReadonlyMap<string, string>): Map<string, string> {
  const mend = (page: string, text: string): string =>
    text.replace(/\]\(([^)#\s]*)#([^)\s]+)-1\)/g, (link, path: string, name: string) => {
      const target = pages.get(path ? posix.join(posix.dirname(page), path) : page) ?? ''
      return anchorsOf(target).has(`${name}-1`) ? link : `](${path}#${name})`
    })
  return new Map([...pages].map(([page, text]) => [page, mend(page, text)]))
}
