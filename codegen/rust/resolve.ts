import type { RustContext } from './context.ts'
import type { Item } from './item.ts'
import type { Path, Scope } from './scope.ts'
import { isLibraryType, PRELUDE } from './std-types.ts'

/*
 * From a path in the source to what it names.
 */

export type Found =
  | { readonly kind: 'item'; readonly item: Item }
  /** The path fits several items. */
  | { readonly kind: 'several'; readonly items: readonly Item[] }
  /** A type of a library, by the name that the library gives it. */
  | { readonly kind: 'library'; readonly name: string }
  | { readonly kind: 'unknown' }

/**
 * What a path means where it is written. Where the root of a crate is, is not known. So a path fits the items whose own path ends as
 * it does; if there are none, those further down, which `pub use` hands up; if there are none of those either, all of the name.
 */
export function resolve(path: Path, scope: Scope, { items }: RustContext): Found {
  const whole = wholePath(path, scope)
  const name = whole.at(-1) ?? ''
  const named = items.get(name) ?? []
  if (whole.length === 1) return bare(name, named, scope)
  if (/^(crate|self|super)$/.test(whole[0] ?? '')) return oneOf(fitting([absolute(whole, scope)], named), named)
  if (isLibraryType(whole)) return { kind: 'library', name }
  // A module beside, or a crate: its folder may have another name.
  return oneOf(fitting([whole, whole.slice(1)], named), named)
}

/** A name alone: of this module, of a module that is imported as a whole, or of whatever else brings names in. */
function bare(name: string, named: readonly Item[], scope: Scope): Found {
  const own = named.filter((item) => item.scope.file === scope.file && endsWith(item.scope.module, scope.module))
  if (own.length) return oneOf(own, own)
  const imported = scope.globs.flatMap((glob) => fitting([[...absolute(glob, scope), name]], named))
  const isLibrary = PRELUDE.has(name) || (!named.length && isLibraryType([name]))
  return isLibrary && !imported.length ? { kind: 'library', name } : oneOf([...new Set(imported)], named)
}

/** The items that fit the first of several paths that any fits. */
function fitting(paths: readonly Path[], named: readonly Item[]): readonly Item[] {
  const isAt = (path: Path, item: Item): boolean => endsWith([...item.scope.module, item.name], path)
  const isBelow = (path: Path, item: Item): boolean => path.length > 1 && contains(item.scope.module, path.slice(0, -1))
  const choices = [isAt, isBelow].flatMap((fits) => paths.map((path) => named.filter((item) => fits(path, item))))
  return choices.find((items) => items.length) ?? []
}

/** One of the items that fit, or the only one of the name. */
function oneOf(fitting: readonly Item[], named: readonly Item[]): Found {
  const found = fitting.length ? fitting : named
  const [first, second] = found
  if (second) return { kind: 'several', items: found }
  return first ? { kind: 'item', item: first } : { kind: 'unknown' }
}

/** A path whose first name is what `use` says that it is. */
export function wholePath(path: Path, { imports }: Scope): Path {
  const [first = '', ...rest] = path
  const imported = imports.get(first)
  return imported ? [...imported, ...rest] : path
}

/** A path from the root, as far as it is known: that of `crate` is not. */
function absolute(path: Path, { module }: Scope): Path {
  const [first, ...rest] = path
  if (first === 'crate') return rest
  if (first === 'self') return [...module, ...rest]
  if (first !== 'super') return path
  const levels = path.findIndex((name) => name !== 'super')
  return [...module.slice(0, -levels), ...path.slice(levels)]
}

const endsWith = (path: Path, end: Path): boolean =>
  path.length >= end.length && end.every((name, n) => name === path[path.length - end.length + n])

const contains = (path: Path, part: Path): boolean => path.some((_, n) => endsWith(path.slice(0, n + 1), part))
