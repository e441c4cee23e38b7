import { globSync } from 'node:fs'

/*
 * Which files are pages of the site, and at which address. Nothing is copied: VitePress reads each file where it is.
 */

/** The output of `generate.ts`: the API reference, and the examples that pages link to. */
export const GENERATED = 'site/generated'

/** Pages that are not in docs/, and their addresses. */
const ADDRESSES: Readonly<Record<string, string>> = {
  'site/index.md': 'index.md',
  'README.md': 'overview.md',
  'ARCHITECTURE.md': 'architecture.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  // Not security.md: that is the page about threats.
  'SECURITY.md': 'security-policy.md',
  'bench/README.md': 'benchmarks.md',
  'examples/README.md': 'examples.md',
  'docs/README.md': 'contents.md',
}

/**
 * The address of a file of the repository, as a Markdown file relative to the root of the site.
 * @returns undefined for a file that is no page
 */
export const addressOf = (file: string): string | undefined =>
  ADDRESSES[file] ?? /^(?:docs|site\/generated)\/(.*\.md)$/.exec(file)?.[1]

/** All pages, as paths from the root of the repository. */
export const pagesOf = (root: string): string[] => [
  ...Object.keys(ADDRESSES).filter((file) => file !== 'docs/README.md'),
  ...globSync(['docs/**/*.md', `${GENERATED}/**/*.md`], { cwd: root }),
]

/** The pages that are written by hand. */
export const writtenPagesOf = (root: string): string[] =>
  pagesOf(root).filter((file) => !file.startsWith(`${GENERATED}/`))

/** Where the page that shows a file or folder is. */
export const shownAs = (target: string): string => `${GENERATED}/${target.replace(/\/$/, '')}.md`
