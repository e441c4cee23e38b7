import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPORTS } from '../support/exports.ts'

/*
 * The package as it is published, installed in a project of its own with its peers and nothing else: what its exports say is
 * there, loads where there is no page, and opens nothing. It tests what `npm run build` has made.
 */

interface Condition {
  readonly types: string
  readonly default: string
}
interface Manifest {
  readonly name: string
  readonly version: string
  readonly bin: { readonly headwater: string }
  readonly dependencies?: unknown
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | { readonly import: Condition; readonly require: Condition }>>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const { name, version, bin, exports, dependencies, peerDependencies }: Manifest = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)
const entries = Object.entries(exports).flatMap(([subpath, conditions]) =>
  typeof conditions === 'string' ? [] : [{ specifier: join(name, subpath), ...conditions }],
)
/** What only `headwater generate` loads, when it needs it. */
const TOOLS = new Set(['@apidevtools/json-schema-ref-parser', 'yaml', 'web-tree-sitter', 'tree-sitter-rust'])
const peers = Object.keys(peerDependencies).filter((peer) => !TOOLS.has(peer))
/** The project that the package is installed in. */
let project: string

beforeAll(() => {
  if (!existsSync(join(root, 'dist'))) throw new Error('There is no dist/ to test: run `npm run build` first.')
  project = mkdtempSync(join(tmpdir(), 'installed-'))
  const installed = join(project, 'node_modules', name)
  mkdirSync(installed, { recursive: true })
  copyFileSync(join(root, 'package.json'), join(installed, 'package.json'))
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true })
  for (const peer of peers)
    symlinkSync(join(root, 'node_modules', peer), join(project, 'node_modules', peer), 'junction')
})

afterAll(() => {
  if (project) rmSync(project, { recursive: true })
})

/** Globals of pages, and what opens a connection: to look at one throws. */
const TRAPS = `
const traps = ['window', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'EventSource', 'fetch']
for (const name of traps)
  Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error('looked at ' + name) } })
`
/** What an entry point imports by itself: to load all peers each time would take most of the time of these tests. */
function peersOf(specifier: string): string[] {
  const file = entries.find((entry) => entry.specifier === specifier)?.import.default
  const code = file ? readFileSync(join(root, file), 'utf8') : ''
  return peers.filter((peer) => new RegExp(`from ?['"]${peer}['"/]`).test(code))
}

/** Frameworks may look around when they load; what is built on them may not. */
const load = {
  import: (specifier: string) => `import { writeSync } from 'node:fs'
    ${peersOf(specifier)
      .map((peer) => `await import('${peer}')`)
      .join('\n')}
    ${TRAPS}
    const loaded = await import('${specifier}')`,
  require: (specifier: string) => `const { writeSync } = require('node:fs')
    ${peersOf(specifier)
      .map((peer) => `require('${peer}')`)
      .join('\n')}
    ${TRAPS}
    const loaded = require('${specifier}')`,
}

/** A client asks where relative URLs lead from; on a server there is neither, as here. */
const NO_PAGE = 'delete globalThis.document; delete globalThis.location;'

interface Outcome {
  readonly names: string[]
  /** What keeps the process from exiting. */
  readonly open: string[]
}

/** Runs code in a process of its own, in the project. It must be silent and end by itself. */
function run(how: 'import' | 'require', specifier: string, more = ''): Outcome {
  const code = `${load[how](specifier)}
    ${more}
    writeSync(3, JSON.stringify({ names: Object.keys(loaded).sort(), open: process.getActiveResourcesInfo() }))`
  const { NODE_OPTIONS: _, ...env } = process.env
  const { status, signal, stdout, stderr, output } = spawnSync(
    process.execPath,
    [`--input-type=${how === 'import' ? 'module' : 'commonjs'}`, '--eval', code],
    { cwd: project, env, encoding: 'utf8', timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  )
  expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: '', stderr: '' })
  const { names, open }: Outcome = JSON.parse(output[3] ?? '')
  // The pipes are its standard output, which some of Node's own modules look at.
  return { names, open: open.filter((what) => what !== 'PipeWrap') }
}

describe.each(entries)('$specifier', ({ specifier, ...conditions }) => {
  it('loads by import and by require, without a page, and opens nothing', () => {
    const imported = run('import', specifier)
    expect(imported.open).toEqual([])
    expect(imported.names).not.toEqual([])
    expect(run('require', specifier)).toEqual(imported)
  })

  it.each(['import', 'require'] as const)('has declarations for %s', (how) => {
    expect(existsSync(join(root, conditions[how].types))).toBe(true)
  })
})

it('the package has no dependency', () => {
  expect(dependencies).toBeUndefined()
})

it.each(Object.entries(EXPORTS))('headwater/%s exports what it should, and nothing else', (subpath, names) => {
  expect(run('import', join(name, subpath)).names).toEqual(names)
})

/** Clients at the top of a module, with what each entry point has for them. */
const AT_THE_TOP: Readonly<Record<string, string>> = {
  '': "loaded.createSSE('/events', { heartbeat: 5000 }).state.subscribe(() => {})",
  hub: "loaded.createHubClient('/events', { topics: ['orders'] }).state.subscribe(() => {})",
  resume: 'loaded.keepCursor("local"); loaded.handled()',
  request: "loaded.requestEvents('/events')",
  tabs: 'loaded.acrossTabs({ scope: "ada" }).role.subscribe(() => {})',
}

describe.each(Object.entries(AT_THE_TOP))('headwater/%s', (subpath, code) => {
  it.each(['import', 'require'] as const)('opens nothing at the top of a module that is loaded by %s', (how) => {
    expect(run(how, join(name, subpath), `${NO_PAGE} ${code}`).open).toEqual([])
  })
})

it('the parts work together as they are built: their short names agree', () => {
  run(
    'import',
    `${name}/hub`,
    `for (const name of traps) delete globalThis[name]
    const { createMockStream } = await import('${name}/testing')
    const { eventsOf } = await import('${name}')
    const { handled, keepCursor } = await import('${name}/resume')
    const { acrossTabs } = await import('${name}/tabs')
    const kept = []
    const stream = createMockStream()
    const live = loaded.createHubClient('https://a.test/events', {
      fetch: stream.fetch,
      linger: 0,
      commit: handled(),
      resume: keepCursor({ load: () => '', save: (id) => void kept.push(id) }),
      transport: acrossTabs(),
    })
    const heard = new Promise((resolve) => live.topic('orders').subscribe(resolve, { once: true }))
    const connection = await stream.connected()
    connection.introduce({ clientId: 'c1' })
    await live.topic('orders').joined()
    const events = eventsOf(live, 'tick')
    stream.send('orders.created', 1, { id: '7' })
    stream.send('tick', 2, { id: '8' })
    const values = [await heard, (await events.next()).value.data]
    live.close()
    await connection.closed
    if (values.join() !== '1,2' || kept.join() !== '8') throw Error(JSON.stringify([values, kept]))`,
  )
})

it('resolvers that know no exports find the same files', () => {
  const { alias, typesVersions } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const subpaths = Object.entries(exports).filter(([subpath]) => !/^\.$|package\.json/.test(subpath))
  const found = subpaths.map(([subpath]) => [subpath, alias[subpath], typesVersions['*'][subpath.slice(2)]])
  const expected = subpaths.map(([subpath, conditions]) =>
    typeof conditions === 'string' ? [] : [subpath, conditions.import.default, [conditions.import.types]],
  )
  expect(found).toEqual(expected)
})

it('no optional peer keeps the package from being installed beside another version of it', () => {
  expect([...new Set(Object.values(peerDependencies))]).toEqual(['*'])
})

/** Peers that lack what came later. */
const OLD_PEERS: Readonly<Record<string, string>> = {
  react: "exports.createContext = exports.useState = () => {}; exports.version = '17.0.2'",
  vue: "exports.shallowRef = exports.watch = () => {}; exports.version = '2.7.16'",
  msw: 'exports.rest = {}',
}

it.each([
  ['react', 'import', /^import .* as \w+_of_React_18.* \/\/ headwater needs React 18$/m],
  ['react', 'require', /^Error: headwater needs React 18$/m],
  ['vue', 'import', /^import .* as \w+_of_Vue_3_4.* \/\/ headwater needs Vue 3.4$/m],
  ['vue', 'require', /^Error: headwater needs Vue 3.4$/m],
  ['msw', 'import', /^import .* as \w+_of_MSW_2.* \/\/ headwater needs MSW 2$/m],
  ['msw', 'require', /^Error: headwater needs MSW 2$/m],
] as const)('an old %s is refused by %s with the version that is needed', (peer, how, message) => {
  const modules = join(project, `old-${peer}-${how}`, 'node_modules')
  mkdirSync(join(modules, peer), { recursive: true })
  writeFileSync(join(modules, peer, 'index.js'), OLD_PEERS[peer] ?? '')
  cpSync(join(project, 'node_modules', name), join(modules, name), { recursive: true })
  const specifier = `${name}/${peer === 'msw' ? 'testing/msw' : peer}`
  const code = how === 'import' ? `import '${specifier}'` : `require('${specifier}')`
  const type = how === 'import' ? 'module' : 'commonjs'
  const { status, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '--eval', code], {
    cwd: join(modules, '..'),
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stderr).toMatch(message)
})

it.each(['index.js', 'hub/index.js', 'tabs/index.js', 'headwater.min.js'])(
  'no long name of the package itself is left in dist/%s',
  (file) => {
    const code = readFileSync(join(root, 'dist', file), 'utf8')
    expect(code.match(/(?<!\.)\._[a-z]\w+/g)).toBeNull()
  },
)

it('a mock server that is closed lets its process end, though a script would wait for an hour', () => {
  const { open } = run(
    'import',
    `${name}/testing/node`,
    `const { get } = await import('node:http')
    const server = await loaded.createMockServer({ script: [[{ wait: 3_600_000 }]] })
    const broken = new Promise((resolve) => get(server.url).on('error', resolve))
    while (!server.requests.length) await new Promise(setImmediate)
    await server.close()
    await broken`,
  )
  expect(open).not.toContain('Timeout')
})

it('a process sees what is open, so that the tests above could fail', () => {
  const { open } = run('import', name, 'setTimeout(() => {}, 10)')
  expect(open).toEqual(['Timeout'])
})

it('the minified file has all that the package exports, and needs no other file', () => {
  const { names } = run('import', name)
  const minified = run(
    'import',
    `./node_modules/${name}/dist/headwater.min.js`,
    `${NO_PAGE} loaded.createSSE('/events')`,
  )
  expect(minified).toEqual({ names, open: [] })
  expect(names).toContain('createSSE')
})

it('the command runs from where it is installed', () => {
  const file = join(project, 'node_modules', name, bin.headwater)
  // npm makes a link to it; the shell looks at its first line.
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  const { status, stdout } = spawnSync(process.execPath, [file, '--version'], { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` })
})

it('the command generates from where it is installed', () => {
  writeFileSync(join(project, 'order.created.json'), '{"type":"object"}')
  const file = join(project, 'node_modules', name, bin.headwater)
  const argv = [file, 'generate', 'order.created.json', '-o', 'events']
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: project, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(readFileSync(join(project, 'events/events.ts'), 'utf8')).toContain("'order.created': OrderCreated\n")
})

it('every import in the declarations leads to a file or a dependency', () => {
  const types = join(root, 'dist')
  const files = readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((file) => /\.d\.c?ts$/.test(file))
  expect(files.length).toBeGreaterThan(0)
  const missing = files.flatMap((file) =>
    [...readFileSync(join(types, file), 'utf8').matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)]
      .map(([, specifier = '']) => specifier)
      // Who has a server on Node has Node's own types.
      .filter((specifier) => !peers.includes(specifier) && !specifier.startsWith('node:'))
      .filter((specifier) => !existsSync(join(types, dirname(file), specifier.replace(/\.(c?)js$/, '.d.$1ts'))))
      .map((specifier) => `${file}: ${specifier}`),
  )
  expect(missing).toEqual([])
})
