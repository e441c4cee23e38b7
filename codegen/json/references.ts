import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Pointer } from './locate.ts'

/*
 * Where a `$ref` leads.
 */

/** The two parts of a `$ref`. */
export interface Target {
  /** The absolute path of a file. Undefined: an address, which is not fetched. */
  readonly file: string | undefined
  readonly pointer: Pointer
}

/** Where a `$ref` of a file leads. Undefined: nowhere that anything could be. */
export function targetOf(ref: string, from: string): Target | undefined {
  const [path = '', fragment = ''] = ref.split('#', 2)
  if (fragment !== '' && !fragment.startsWith('/')) return undefined
  try {
    const pointer = decodeURIComponent(fragment).split('/').slice(1).map(unescapePointer)
    if (path === '') return { file: from, pointer }
    const url = new URL(path, pathToFileURL(from))
    return { file: url.protocol === 'file:' ? fileURLToPath(url) : undefined, pointer }
  } catch {
    return undefined
  }
}

const unescapePointer = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~')

/** A `$ref` that leads out of a file. */
export interface OuterRef {
  readonly ref: string
  /** Of the object that it stands in. */
  readonly pointer: Pointer
}

/** Every `$ref` in a value that leads to another file or to an address. */
export function outerRefs(value: unknown, pointer: Pointer = []): OuterRef[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string'
      ? child.startsWith('#')
        ? []
        : [{ ref: child, pointer }]
      : outerRefs(child, [...pointer, key]),
  )
}
