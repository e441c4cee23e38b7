import { existsSync, type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { globBase, isWithin } from '../../codegen/base/paths.ts'
import { GenerateError } from '../../codegen/base/problems.ts'

/** What is watched, and what is not. */
interface WatchOptions {
  /** Files, folders and globs, as they were typed. */
  readonly names: readonly string[]
  /** What they are relative to. */
  readonly folder: string
  /** The generated files: they change because of us. */
  readonly out: string
  readonly onChange: () => void
  /** A folder that is watched is gone, say. */
  readonly onError: (error: GenerateError) => void
}

export interface SourceWatch {
  /** Watches a file that the sources refer to. */
  add(file: string): void
  stop(): void
}

/** A folder with all that is in it, or one file of it. */
interface Watched {
  readonly path: string
  readonly file?: string
}

/** Watches what files, folders and globs stand for. @throws GenerateError */
export function watchSources({ names, folder, out, onChange, onError }: WatchOptions): SourceWatch {
  const watchers = new Map<Watched, FSWatcher>()
  let isStopped = false
  const stop = (): void => {
    isStopped = true
    for (const watcher of watchers.values()) watcher.close()
    watchers.clear()
  }
  const start = (watched: Watched): void => {
    const { path, file } = watched
    const failure = (error: Error): GenerateError =>
      new GenerateError(`cannot be watched: ${error.message}`, { file: path })
    try {
      // Node says nothing of a folder that is not there.
      if (!existsSync(path)) throw new Error('there is no such folder')
      // A file is watched by its folder: editors put another file in its place.
      const watcher = watch(path, { recursive: file === undefined }, (_, changed) => {
        if (file === undefined ? isSource(path, changed, out) : changed === null || changed === file) onChange()
      })
      watchers.set(
        watched,
        watcher.on('error', (error) => onError(failure(error))),
      )
    } catch (error) {
      stop()
      throw failure(error as Error)
    }
  }
  for (const name of names) start(baseOf(name, folder))

  return {
    add(file) {
      const isWatched = [...watchers.keys()].some((known) => covers(known, file))
      // A run may end after the watch does.
      if (!isStopped && !isWatched && existsSync(dirname(file))) start({ path: dirname(file), file: basename(file) })
    },
    stop,
  }
}

const covers = ({ path, file }: Watched, wanted: string): boolean =>
  file === undefined ? isWithin(wanted, path) : resolve(path, file) === wanted

/** The folder to watch, and the file in it if it is about one. Of a glob, the folder before its first pattern. */
function baseOf(name: string, folder: string): Watched {
  const path = resolve(folder, name)
  if (existsSync(path)) return statSync(path).isDirectory() ? { path } : { path: dirname(path), file: basename(path) }
  return { path: resolve(folder, globBase(name)) }
}

const isSource = (path: string, changed: string | null, out: string): boolean =>
  changed === null || !isWithin(resolve(path, changed), out)
