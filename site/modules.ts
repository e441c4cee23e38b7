import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The public entry points and their sources, as tsconfig.json has them for everything else. */
export function modulesOf(root: string): ReadonlyMap<string, string> {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
    readonly compilerOptions: { readonly paths: Readonly<Record<string, readonly string[]>> }
  }
  return new Map(Object.entries(compilerOptions.paths).map(([name, [file = '']]) => [name, file.replace(/^\.\//, '')]))
}
