import { globSync, readdirSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { reasonOf } from './base/files.ts'
import { GenerateError } from './base/problems.ts'

/*
 * From what the command line names to files.
 */

/** The files to read: absolute paths, sorted, each once. */
export interface Sources {
  readonly rust: readonly string[]
  readonly documents: readonly string[]
}

const RUST_EVENTS = /_sse\.rs$/
const DOCUMENT = /\.(json|ya?ml)$/i
/** Folders whose content is nobody's source. */
const SKIPPED = /(^|[\\/])(node_modules|target|\.git)([\\/]|$)/
const GLOB = /[*?{[]/

/**
 * Finds the files of folders and globs.
 * @param names - Files, folders and globs, as they were typed.
 * @param folder - What they are relative to.
 * @param out - The folder of the generated files. Unless they are named, they are no sources.
 * @throws GenerateError for one that does not lead to a file that can be read.
 */
export function findSources(names: readonly string[], folder: string, out?: string): Sources {
  const files = [...new Set(names.flatMap((name) => filesOf(name, folder, out)))].sort()
  return {
    rust: files.filter((file) => file.endsWith('.rs')),
    documents: files.filter((file) => DOCUMENT.test(file)),
  }
}

/** The files that a glob or a path stands for, whatever their names. */
export function expand(name: string, folder: string): string[] {
  const path = resolve(folder, name)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats) return stats.isDirectory() ? list(path) : [path]
  if (!GLOB.test(name)) throw new GenerateError('there is no such file or folder', { file: path })
  const found = globSync(name, { cwd: folder }).filter((file) => !SKIPPED.test(file))
  if (!found.length) throw new GenerateError('no file matches', { file: path })
  return found.map((file) => resolve(folder, file)).filter((file) => statSync(file).isFile())
}

function filesOf(name: string, folder: string, out: string | undefined): string[] {
  const path = resolve(folder, name)
  const generated = out === undefined ? undefined : `${resolve(folder, out)}${sep}`
  const files = expand(name, folder).filter((file) => file === path || !generated || !file.startsWith(generated))
  const isFolder = !files.includes(path) && !GLOB.test(name)
  if (!isFolder) {
    const stranger = files.find((file) => !file.endsWith('.rs') && !DOCUMENT.test(file))
    if (stranger === undefined) return files
    throw new GenerateError('is no source of events: expected .rs, .json, .yaml or .yml', { file: stranger })
  }
  const events = files.filter((file) => RUST_EVENTS.test(file))
  const found = events.length ? events : files.filter((file) => DOCUMENT.test(file))
  if (found.length) return found
  throw new GenerateError('the folder has no source of events: no *_sse.rs, no .json, .yaml or .yml', { file: path })
}

function list(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !SKIPPED.test(file.slice(path.length)))
  } catch (error) {
    throw new GenerateError(`cannot be read: ${reasonOf(error)}`, { file: path })
  }
}
