import { posix } from 'node:path'
import { anchorOf } from './anchors.ts'
import { addressOf } from './pages.ts'

/*
 * docs/README.md is the table of contents, on GitHub and of the package. The sidebar of the site is made from it.
 */

export interface SidebarItem {
  text: string
  /** The address, from the root of the site. */
  link?: string
  items?: SidebarItem[]
  collapsed?: boolean
}

/** The address of a link in the table of contents. */
function addressOfLink(link: string): string {
  const [path = '', anchor] = link.split('#')
  const address = addressOf(posix.join('docs', path))
  if (address === undefined) throw new Error(`docs/README.md links to ${link}, which is no page of the site`)
  return `/${address.replace(/\.md$/, '')}${anchor === undefined ? '' : `#${anchor}`}`
}

/**
 * Each `##` heading is a group that leads to its part of the table of contents. A group without a link would be a button that does nothing.
 * Each link of its list is an item, and a list within a list has the items below it.
 */
export function sidebarOf(contents: string): SidebarItem[] {
  const groups: SidebarItem[] = []
  for (const line of contents.split('\n')) {
    const [, heading] = /^## (.*)$/.exec(line) ?? []
    if (heading !== undefined) groups.push({ text: heading, link: `/contents#${anchorOf(heading)}`, items: [] })
    const [, indent, text, link] = /^( *)- \[([^\]]+)\]\(([^)]+)\)/.exec(line) ?? []
    const group = groups.at(-1)?.items
    if (indent === undefined || text === undefined || link === undefined || group === undefined) continue
    const item = { text, link: addressOfLink(link) }
    const parent = indent ? group.at(-1) : undefined
    if (parent) {
      parent.items ??= []
      parent.items.push(item)
    } else group.push(item)
  }
  return groups
}

/** All addresses of a sidebar, without anchors. */
export const linksOf = (items: readonly SidebarItem[]): string[] =>
  items.flatMap(({ link, items = [] }) => [...(link ? [link.replace(/#.*$/, '')] : []), ...linksOf(items)])
