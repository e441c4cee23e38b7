import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { driveProgram } from '../consumers/program.ts'
import { folder } from '../support/folder.ts'

/*
 * The short form of `npm run consumers`: the built package, without an installation, in a program that loses its connection.
 */

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A project with the fixture of programs. @param main - Another program in its place. */
function project(main?: string): string {
  const path = folder()
  for (const fixture of ['shared', 'program'])
    cpSync(join(root, 'test/consumers/fixtures', fixture), path, { recursive: true })
  if (main !== undefined) writeFileSync(join(path, 'main.mjs'), main)
  writeFileSync(join(path, 'package.json'), '{"type":"module"}')
  mkdirSync(join(path, 'node_modules/.bin'), { recursive: true })
  symlinkSync(root, join(path, 'node_modules/headwater'), 'junction')
  symlinkSync(process.execPath, join(path, 'node_modules/.bin/node'))
  return path
}

it('a program hears each event once over a broken connection, with the package as it is built', async () => {
  await driveProgram(['node', 'main.mjs'], project())
})

it.each([
  ['ends at once', "throw Error('no client')", 'it ended with 1; '],
  [
    'hears an event twice',
    "console.log('heard 1\\nheard 1'); await fetch(process.env.STREAM); setInterval(() => {}, 1000)",
    'it shows 1 1',
  ],
])('a program fails that %s', async (_, main, message) => {
  await expect(driveProgram(['node', 'main.mjs'], project(main), 500)).rejects.toThrow(message)
})
