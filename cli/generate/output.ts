import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../../codegen/base/files.ts'
import { GenerateError } from '../../codegen/base/problems.ts'

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
    mkdirSync(folder, { recursive: true })
    for (const { path, text, isCurrent } of files) if (!isCurrent) writeFileSync(path, text)
  } catch (error) {
    throw new GenerateError(`cannot be written: ${reasonOf(error)}`, {
      file: (error as NodeJS.ErrnoException).path ?? folder,
    })
  }
}
