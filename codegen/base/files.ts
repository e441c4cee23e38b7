import { readFileSync } from 'node:fs'
import { GenerateError } from './problems.ts'

/** The text of a file in UTF-8, without a byte order mark. @throws GenerateError */
export function readText(file: string): string {
  const bytes = readBytes(file)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new GenerateError('is not UTF-8: save it in this encoding', { file })
  }
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new GenerateError(`cannot be read: ${reasonOf(error)}`, { file })
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EEXIST', 'there is a file of this name'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its symbolic links lead in a circle'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'a file stands where a folder is wanted'],
])

/** Why the file system refused, in words. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS.get(code) ?? message
}
