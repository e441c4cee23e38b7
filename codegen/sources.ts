import fs, { readdirSync, type Stats, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { reasonOf } from './base/files.ts'
import { isGlob } from './base/paths.ts'
import { GenerateError } from './base/problems.ts'

/*
 * From what the command line names to files.
 */

/** The files to read: absolute paths, sorted, each once. */
export interface Sources {
  readonly rust: readonly string[]
  readonly documents: readonly string[]
}

const RUST = /\.rs$/
const RUST_EVENTS = /_sse\.rs$/
const DOCUMENT = /\.(json|ya?ml)$/i
/** Folders whose content is nobody's source. */
const SKIPPED = /(^|[\\/])(node_modules|target|\.git)([\\/]|$)/

/**
 * Finds the files of folders and globs.
 * @param names - Files, folders and globs, as they were typed.
 * @param folder - The folder that they are relative to.
 * @param generated - A file that was generated from the sources. Unless it is named, it is no source.
 * @throws GenerateError for one that does not lead to a file that can be read.
 */
export function findSources(names: readonly string[], folder: string, generated?: string): Sources {
  const files = [...new Set(names.flatMap((name) => filesOf(name, folder, generated)))].sort()
  return {
    rust: files.filter((file) => RUST.test(file)),
    documents: files.filter((file) => DOCUMENT.test(file)),
  }
}

/** The files of Rust that have types for events. @throws GenerateError as `findSources` does. */
export function findTypes(names: readonly string[], folder: string): string[] {
  const files = names.flatMap((name) => {
    const found = expand(name, folder).filter((file) => RUST.test(file))
    if (!found.length)
      throw new GenerateError('has no types: expected a file of Rust (.rs)', { file: resolve(folder, name) })
    return found
  })
  return [...new Set(files)].sort()
}

function filesOf(name: string, folder: string, generated: string | undefined): string[] {
  const path = resolve(folder, name)
  const files = expand(name, folder).filter((file) => file === path || file !== generated)
  const isFolder = !files.includes(path) && !isGlob(name)
  if (!isFolder) {
    const stranger = files.find((file) => !RUST.test(file) && !DOCUMENT.test(file))
    if (stranger === undefined) return files
    throw new GenerateError('is no source of events: expected .rs, .json, .yaml or .yml', { file: stranger })
  }
  const events = files.filter((file) => RUST_EVENTS.test(file))
  const found = events.length ? events : files.filter((file) => DOCUMENT.test(file))
  if (found.length) return found
  throw new GenerateError('the folder has no source of events: no *_sse.rs, no .json, .yaml or .yml', { file: path })
}

/** The files that a glob or a path stands for, whatever their names. */
function expand(name: string, folder: string): string[] {
  const path = resolve(folder, name)
  const stats = statsOf(path)
  if (stats?.isDirectory()) return list(path)
  if (stats) return [path]
  if (!isGlob(name)) throw new GenerateError('there is no such file or folder', { file: path })
  // Not a name of its own in the import: Node 20 would not load the module.
  if (!fs.globSync) throw new GenerateError('patterns need Node 22 or newer, name files or folders', { file: path })
  const found = fs.globSync(name, { cwd: folder }).filter((file) => !SKIPPED.test(file))
  const files = found.map((file) => resolve(folder, file)).filter((file) => statsOf(file)?.isFile())
  if (!files.length) throw new GenerateError('no file matches', { file: path })
  return files
}

/** The file or folder at a path. Undefined: nothing, or a symbolic link to nothing. @throws GenerateError */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    throw new GenerateError(`cannot be read: ${reasonOf(error)}`, { file: path })
  }
}

/** The files in a folder and the folders in it. Symbolic links to folders are not followed, since they may lead in a circle. */
function list(path: string): string[] {
  const entries = readEntries(path).filter(({ name }) => !SKIPPED.test(name))
  return entries.flatMap((entry) => {
    const inner = join(path, entry.name)
    if (entry.isDirectory()) return list(inner)
    return entry.isFile() || (entry.isSymbolicLink() && statsOf(inner)?.isFile()) ? [inner] : []
  })
}

function readEntries(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    throw new GenerateError(`cannot be read: ${reasonOf(error)}`, { file: path })
  }
}
