import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GenerateError } from './problems.ts'

/*
 * Packages that only some sources need. They are optional: a project installs those that it uses.
 */

/** The packages to install for each kind of source. */
const INSTALL = {
  Rust: ['web-tree-sitter', 'tree-sitter-rust'],
  YAML: ['yaml'],
  'JSON Schema': ['@apidevtools/json-schema-ref-parser'],
} as const

export type PeerUse = keyof typeof INSTALL

/**
 * Finds a file of an optional package: in the project that the command runs in, or beside this package.
 * @throws GenerateError that names the command that installs it.
 */
export function resolvePeer(specifier: string, use: PeerUse, folder: string = process.cwd()): string {
  // A project's own version comes first. The second is for a package that is installed for the whole machine.
  for (const base of [pathToFileURL(join(folder, 'package.json')), import.meta.url]) {
    try {
      return createRequire(base).resolve(specifier)
    } catch {
      // Not there.
    }
  }
  const packages = INSTALL[use].join(' ')
  throw new GenerateError(`sources in ${use} need a package that is not installed: npm install --save-dev ${packages}`)
}

/** Loads an optional package. The caller says its type, as in `loadPeer<typeof import('yaml')>('yaml', 'YAML')`. */
export async function loadPeer<T>(specifier: string, use: PeerUse, folder?: string): Promise<T> {
  return (await import(pathToFileURL(resolvePeer(specifier, use, folder)).href)) as T
}
