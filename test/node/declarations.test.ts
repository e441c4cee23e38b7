import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

/*
 * The declarations that `npm run build` has made, in projects that check them (`skipLibCheck: false`): for Node alone, and for
 * browsers, with the newest TypeScript and the oldest that is supported.
 */

const root = fileURLToPath(new URL('../../', import.meta.url))
const { exports }: { exports: Record<string, string | object> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)
const subpaths = Object.entries(exports).flatMap(([subpath, conditions]) =>
  typeof conditions === 'string' ? [] : [subpath.slice(1)],
)

/** msw's own declarations do not pass such a check. */
const LEFT_OUT = ['/testing/msw']
/** For pages alone. */
const OF_PAGES = ['/react', '/vue', '/tanstack-query']

const compilers = {
  newest: createRequire(import.meta.url).resolve('typescript/package.json'),
  oldest: createRequire(new URL('../typescript-5/package.json', import.meta.url)).resolve('typescript/package.json'),
}
type Version = keyof typeof compilers

const PROJECTS = {
  Node: { lib: ['es2022'], leftOut: [...LEFT_OUT, ...OF_PAGES] },
  browsers: { lib: ['es2022', 'dom', 'dom.iterable'], leftOut: LEFT_OUT },
}

let project: string

beforeAll(() => {
  if (!existsSync(join(root, 'dist'))) throw new Error('There is no dist/ to test: run `npm run build` first.')
  project = mkdtempSync(join(tmpdir(), 'typed-'))
  const modules = join(project, 'node_modules')
  const installed = join(modules, 'headwater')
  mkdirSync(installed, { recursive: true })
  copyFileSync(join(root, 'package.json'), join(installed, 'package.json'))
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true })
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  for (const peer of ['@types', '@tanstack', 'csstype', 'ioredis', 'prom-client', 'react', 'vue', '@vue'])
    symlinkSync(join(root, 'node_modules', peer), join(modules, peer), 'junction')
})

afterAll(() => {
  if (project) rmSync(project, { recursive: true })
})

/** @returns What the compiler says of headwater's own declarations. */
function check(version: Version, kind: keyof typeof PROJECTS, resolution: 'node16' | 'bundler'): string[] {
  const { lib, leftOut } = PROJECTS[kind]
  const imported = subpaths.filter((subpath) => !leftOut.includes(subpath))
  writeFileSync(
    join(project, 'index.ts'),
    imported.map((subpath, n) => `export * as m${n} from 'headwater${subpath}'`).join('\n'),
  )
  const options = {
    target: 'es2022',
    lib,
    module: resolution === 'node16' ? 'node16' : 'esnext',
    moduleResolution: resolution,
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['index.ts'] }))
  const tsc = join(compilers[version], '../bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n').filter((line) => /headwater|^index|^error|Cannot find module/.test(line))
}

it.each([
  ['newest', 'Node', 'node16'],
  ['newest', 'browsers', 'bundler'],
  ['oldest', 'browsers', 'bundler'],
] as const)(
  'the %s TypeScript finds no error in the declarations, in a project for %s (%s)',
  (version, kind, resolution) => {
    expect(check(version, kind, resolution)).toEqual([])
  },
)

const SHOWN = `import { createSSE } from 'headwater'
const sse = createSSE<{ order: { id: string } }>('/events', { heartbeat: 'auto' })
sse.subscribe('order', (_, event) => event)
`

it('editors show an event by its name, and an option with its text and its default', () => {
  const ts = createRequire(import.meta.url)(join(compilers.oldest, '..'))
  const file = join(project, 'shown.ts')
  writeFileSync(file, SHOWN)
  const read = (path: string) => existsSync(path) && ts.ScriptSnapshot.fromString(readFileSync(path, 'utf8'))
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path: string) => read(path) || undefined,
    getCompilationSettings: () => ({
      module: ts.ModuleKind.Node16,
      lib: ['lib.es2022.d.ts'],
      types: ['node'],
      strict: true,
    }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  })
  const hover = (name: string) => {
    const { displayParts, documentation, tags = [] } = service.getQuickInfoAtPosition(file, SHOWN.indexOf(name))
    const parts = [displayParts, documentation, ...tags.map(({ text }: { text: object }) => text)]
    return parts.map(ts.displayPartsToString).join(' ')
  }
  expect(hover('event)')).toMatch(/^\(parameter\) event: NamedEvent<"order", /)
  expect(hover('heartbeat')).toMatch(/^\(property\) SSEOptions<.*The longest silence before .* 'auto'$/s)
})
