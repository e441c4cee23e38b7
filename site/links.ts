import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { addressOf, shownAs } from './pages.ts'

/*
 * Links between documents are paths of the repository, so that they work on GitHub and in the package. Here they become
 * addresses of the site.
 */

/** Files that are no pages, and that the site shows as they are: the examples, and the licence. */
const isShown = (target: string): boolean => target.startsWith('examples/') || target === 'LICENSE'

/**
 * @param file the document, as a path from the root of the repository
 * @returns the link as the site needs it
 * @throws Error if the link leads to a file that is no page
 */
export function siteLink(root: string, file: string, link: string): string {
  if (/^([a-z]+:|#|\/)/i.test(link)) return link
  const [path = '', anchor] = link.split('#')
  const hash = anchor === undefined ? '' : `#${anchor}`
  const target = posix.join(posix.dirname(file), decodeURI(path))
  const isFolder = existsSync(join(root, target)) && statSync(join(root, target)).isDirectory()
  const readme = isFolder ? addressOf(posix.join(target, 'README.md')) : undefined
  const address = readme ?? addressOf(target) ?? (isShown(target) ? addressOf(shownAs(target)) : undefined)
  if (address === undefined) throw new Error(`${file} links to ${link}, which is no page of the site`)
  return `/${address.replace(/\.md$/, '')}.html${hash}`
}

/** The files and folders that the site has to show because a document links to them. */
export const shownIn = (file: string, text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s#]+)\)/g)].flatMap(([, link = '']) => {
    const target = posix.join(posix.dirname(file), link)
    const isPage = /^[a-z]+:/i.test(link) || addressOf(target) !== undefined
    return isShown(target) && !isPage ? [target.replace(/\/$/, '')] : []
  })

/** Pictures in HTML, as a bundler needs them: a path that begins with a dot is a file, any other is an address. */
export const withFiles = (html: string): string =>
  html.replace(/\b(src|srcset)="(?![a-z]+:|[/.])/gi, (_, name: string) => `${name}="./`)
