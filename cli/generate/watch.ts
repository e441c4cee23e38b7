import { existsSync, type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { globBase, isWithin } from '../../codegen/base/paths.ts'
import { GenerateError } from '../../codegen/base/problems.ts'

/** The files to watch, and those to leave out. */
interface WatchOptions {
  /** Files, folders and globs, as they were typed. */
  readonly names: readonly string[]
  /** The folder that they are relative to. */
  readonly folder: string
  /** The generated files: they change because of us. */
  readonly out: string
  readonly onChange: () => void
  /** A folder that is watched is gone, say. */
  readonly onError: (error: GenerateError) => void
}

/** Watches what files, folders and globs stand for. @returns Stops it. @throws GenerateError */
export function watchSources({ names, folder, out, onChange, onError }: WatchOptions): () => void {
  const watchers: FSWatcher[] = []
  const stop = (): void => {
    for (const watcher of watchers) watcher.close()
  }
  for (const { path, file } of names.map((name) => baseOf(name, folder))) {
    const failure = (error: Error): GenerateError =>
      new GenerateError(`cannot be watched: ${error.message}`, { file: path })
    try {
      // Node says nothing of a folder that is not there.
      if (!existsSync(path)) throw new Error('there is no such folder')
      // A file is watched by its folder: editors put another file in its place.
      const watcher = watch(path, { recursive: file === undefined }, (_, changed) => {
        if (file === undefined ? isSource(path, changed, out) : changed === null || changed === file) onChange()
      })
      watchers.push(watcher.on('error', (error) => onError(failure(error))))
    } catch (error) {
      stop()
      throw failure(error as Error)
    }
  }
  return stop
}

/** The folder to watch, and the file in it if it is about one. Of a glob, the folder before its first pattern. */
function baseOf(name: string, folder: string): { readonly path: string; readonly file?: string } {
  const path = resolve(folder, name)
  if (existsSync(path)) return statSync(path).isDirectory() ? { path } : { path: dirname(path), file: basename(path) }
  return { path: resolve(folder, globBase(name)) }
}

const isSource = (path: string, changed: string | null, out: string): boolean =>
  changed === null || !isWithin(resolve(path, changed), out)
