import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { reasonOf } from '../../codegen/base/files.ts'
import { GenerateError } from '../../codegen/base/problems.ts'
import { HEADER, ON_DEMAND } from '../../codegen/emit/files.ts'

/** A generated file, and whether the folder has it as it should be. */
export interface OutputFile {
  readonly path: string
  readonly text: string
  readonly isCurrent: boolean
}

/** Compares what is generated with what is there. */
export function compareOutput(files: ReadonlyMap<string, string>, folder: string): OutputFile[] {
  return [...files].map(([name, text]) => {
    const path = join(folder, name)
    return { path, text, isCurrent: readIfThere(path) === text }
  })
}

/** A file of an earlier run, and the option that asked for it. */
export interface Leftover {
  readonly path: string
  readonly option: string
}

/** Finds files that are not generated any more. A file of the same name that the user wrote has another first line. */
export const findLeftovers = (files: ReadonlyMap<string, string>, folder: string): Leftover[] =>
  [...ON_DEMAND].flatMap(([name, option]) => {
    const path = join(folder, name)
    return !files.has(name) && readIfThere(path)?.startsWith(HEADER) ? [{ path, option }] : []
  })

function readIfThere(path: string): string | undefined {
  try {
    // Git may have made the line ends those of Windows.
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  } catch {
    return undefined
  }
}

/** Writes what is not as it should be: a file that is has its date for a reason. @throws GenerateError */
export function writeOutput(files: readonly OutputFile[], folder: string): void {
  try {
    makeFolder(folder)
    for (const { path, text, isCurrent } of files) if (!isCurrent) writeFileSync(path, text)
  } catch (error) {
    const { code, syscall, path = folder } = error as NodeJS.ErrnoException
    const isRefused = code === 'ENOENT' && syscall === 'mkdir'
    const reason = isRefused ? 'the system makes no folder there' : reasonOf(error)
    throw new GenerateError(`cannot be written: ${reason}`, { file: path })
  }
}

/** Makes a folder and those above it. The `recursive` of Node hangs where the system makes no folder, such as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolder(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another process may have been quicker.
    if (!existsSync(folder)) throw error
  }
}
