import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GenerateError } from './problems.ts'

/*
 * Packages that only some sources need. They are optional: a project installs those that it uses.
 */

/** The packages to install for each kind of source, with the oldest versions that will do. */
const INSTALL = {
  Rust: { 'web-tree-sitter': '0.25', 'tree-sitter-rust': '0.24' },
  YAML: { yaml: '2' },
  'JSON Schema': { '@apidevtools/json-schema-ref-parser': '10' },
} as const

export type PeerUse = keyof typeof INSTALL

/** What to say of packages that are missing, or too old. */
function wanted(use: PeerUse, problem: string): GenerateError {
  const packages = Object.entries(INSTALL[use])
  const needs = packages.map(([name, oldest]) => `${name} ${oldest} or newer`).join(' and ')
  const install = packages.map(([name]) => `${name}@latest`).join(' ')
  return new GenerateError(`sources in ${use} need ${needs}, ${problem}: npm install --save-dev ${install}`)
}

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
  throw wanted(use, `and ${specifier} is not installed`)
}

/**
 * Loads an optional package. The caller says its type, as in `loadPeer<typeof import('yaml')>('yaml', 'YAML', 'visit')`.
 * @param name - An export that older versions do not have.
 * @throws GenerateError that names the command that installs it.
 */
export async function loadPeer<T>(
  specifier: string,
  use: PeerUse,
  name: keyof T & string,
  folder?: string,
): Promise<T> {
  const loaded: T = await import(pathToFileURL(resolvePeer(specifier, use, folder)).href)
  if (loaded[name]) return loaded
  throw wanted(use, `and an older ${specifier} is installed`)
}
