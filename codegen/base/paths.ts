import * as system from 'node:path'

/*
 * Paths of both kinds, with `/` and with the `\` of Windows. `path` is the system's own kind, and the other one in tests.
 */

type Paths = Pick<typeof system, 'relative' | 'sep'>

/** A path as messages show it: from a folder, with `/` on every system. */
export const shownPath = (file: string, folder: string, path: Paths = system): string =>
  path.relative(folder, file).replaceAll(path.sep, '/') || '.'

const PATTERN = /[*?{[]/

export const isGlob = (name: string): boolean => PATTERN.test(name)

/** The folder before the first pattern of a glob: `models/` of `models/*_sse.rs`. */
export function globBase(name: string, { sep }: Paths = system): string {
  const fixed = name.slice(0, name.search(PATTERN))
  const end = Math.max(fixed.lastIndexOf('/'), sep === '\\' ? fixed.lastIndexOf('\\') : -1)
  return end < 0 ? '.' : fixed.slice(0, end + 1)
}

/** Whether a path is a folder or leads into it. */
export const isWithin = (file: string, folder: string, { sep }: Paths = system): boolean =>
  `${file}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
