import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, it } from 'vitest'
import { nodesOf } from './support/syntax.ts'

/*
 * The plan of the house: which part may know of which, and that every part has its test.
 */

const root = join(import.meta.dirname, '..')

/** All TypeScript files under a folder of the package, as paths from its root. */
function filesOf(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => /\.tsx?$/.test(name)).map((name) => `${folder}/${name.split(sep).join('/')}`)
}

/** What a source names in import and export statements and in import(): types as well as values. */
function importsOf(source: string): string[] {
  const code = source.replace(/\/\*.*?\*\/|^\s*\/\/[^\n]*$/gms, '')
  const found = code.matchAll(
    /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)|^import\s*['"]([^'"]+)|\bimport\(\s*['"]([^'"]+)/gms,
  )
  return [...found].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '')
}

/** Each file and the files of the package that it imports. */
const graph = new Map(
  ['src', 'testing', 'adapters', 'server', 'codegen', 'cli', 'demo'].flatMap(filesOf).map((file) => {
    const imports = importsOf(readFileSync(join(root, file), 'utf8'))
    const own = imports.filter((specifier) => specifier.startsWith('.'))
    return [
      file,
      own.map((specifier) =>
        relative(root, resolve(root, dirname(file), specifier))
          .split(sep)
          .join('/'),
      ),
    ]
  }),
)
const arrows = [...graph].flatMap(([from, targets]) => targets.map((to) => ({ from, to })))

/** A way from a file back to itself, if there is one. */
function circle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>()
  function walk(file: string, way: readonly string[]): string[] | undefined {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const next of edges.get(file) ?? []) {
      const found = walk(next, [...way, file])
      if (found) return found
    }
    done.add(file)
    return undefined
  }
  for (const file of edges.keys()) {
    const found = walk(file, [])
    if (found) return found
  }
  return undefined
}

describe('the rules of this test', () => {
  it('see every kind of import', () => {
    const source = `
import './a.ts'
import b from "./b.ts"
import type { C } from './c.ts'
import {
  d,
  type D,
} from './d.ts'
export * from './e.ts'
export { f, type F } from './f.ts'
const g = await import('./g.ts')
type H = import('./h.ts').H
// import './not-i.ts'
/*
import './not-j.ts'
*/
export const from = 'not-k'
`
    expect(importsOf(source)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `./${name}.ts`))
  })

  it('see a circle, and none where two ways lead to one file', () => {
    const edges = (...list: [string, string[]][]) => new Map(list)
    expect(circle(edges(['a', ['b']], ['b', ['c']], ['c', ['b']]))).toEqual(['b', 'c', 'b'])
    expect(circle(edges(['a', ['a']]))).toEqual(['a', 'a'])
    expect(circle(edges(['a', ['b', 'c']], ['b', ['d']], ['c', ['d']]))).toBeUndefined()
  })

  it('look at the files there are', () => {
    expect(graph.get('src/client.ts')).toContain('src/connection/connection.ts')
    expect(graph.get('testing/node.ts')).toContain('testing/http/server.ts')
    expect(arrows.filter(({ to }) => !existsSync(join(root, to)))).toEqual([])
  })
})

it('no file imports itself, by whatever way', () => {
  expect(circle(graph)).toBeUndefined()
})

it('the core knows nothing of what stands on it', () => {
  expect(arrows.filter(({ from, to }) => from.startsWith('src/') && !to.startsWith('src/'))).toEqual([])
})

/** The rooms of a folder, and the rooms that each may import from: those below it. A file that stands in the folder itself is a room. */
type Rooms = Readonly<Record<string, readonly string[]>>

/** ARCHITECTURE.md draws these. */
const ROOMS: Readonly<Record<string, Rooms>> = {
  src: {
    base: [],
    decisions: ['base'],
    events: ['decisions', 'base'],
    transports: ['events', 'decisions', 'base'],
    resume: ['transports', 'base'],
    request: ['transports', 'events', 'decisions', 'base'],
    connection: ['resume', 'transports', 'events', 'decisions', 'base'],
    'client.ts': ['connection', 'transports', 'events', 'decisions', 'base'],
    'events-of.ts': ['client.ts', 'events', 'base'],
    'index.ts': ['events-of.ts', 'client.ts', 'connection', 'transports', 'events', 'decisions', 'base'],
    hub: ['client.ts', 'connection', 'transports', 'events', 'base'],
    tabs: ['hub', 'transports', 'decisions', 'base'],
  },
  server: {
    wire: [],
    audience: ['wire'],
    log: ['audience', 'wire'],
    disk: ['log', 'wire'],
    redis: ['log', 'wire'],
    observe: ['log', 'audience', 'wire'],
    publish: ['observe', 'log', 'audience', 'wire'],
    options: ['publish', 'observe', 'log', 'audience', 'wire'],
    work: ['options', 'publish', 'audience', 'wire'],
    streams: ['options', 'publish', 'observe', 'log', 'audience', 'wire'],
    http: ['streams', 'options', 'publish', 'observe', 'log', 'audience', 'wire'],
    'hub.ts': ['http', 'streams', 'options', 'publish', 'observe', 'audience'],
    'zlib.ts': ['http', 'audience'],
    'peer.ts': ['audience'],
    'node.ts': ['zlib.ts', 'peer.ts', 'hub.ts', 'http', 'streams', 'work', 'options', 'disk', 'audience', 'wire'],
    'metrics.ts': ['hub.ts', 'observe'],
    'index.ts': ['hub.ts', 'http', 'streams', 'work', 'options', 'publish', 'observe', 'log', 'audience', 'wire'],
  },
  testing: {
    platform: [],
    request: [],
    script: ['request'],
    mock: ['script', 'request', 'platform'],
    fetch: ['mock', 'request', 'platform'],
    control: ['mock', 'script', 'request', 'platform'],
    http: ['control', 'mock', 'script', 'request'],
    'msw.ts': ['fetch', 'script', 'request', 'platform'],
    'node.ts': ['http', 'mock', 'script', 'request'],
    'index.ts': ['fetch', 'mock', 'script', 'request', 'platform'],
  },
  codegen: {
    base: [],
    pivot: ['base'],
    json: ['pivot', 'base'],
    importers: ['json', 'pivot', 'base'],
    emit: ['pivot', 'base'],
    'sources.ts': ['base'],
    rust: ['pivot', 'base'],
    diff: ['pivot'],
    'generate.ts': ['sources.ts', 'importers', 'rust', 'emit', 'pivot', 'base'],
  },
  cli: {
    'host.ts': [],
    terminal: [],
    'command-line': ['terminal'],
    listen: ['command-line', 'terminal', 'host.ts'],
    generate: ['command-line', 'terminal', 'host.ts'],
    mock: ['command-line', 'terminal', 'host.ts'],
    'commands.ts': ['listen', 'generate', 'mock', 'command-line', 'terminal', 'host.ts'],
    'main.ts': ['commands.ts', 'host.ts'],
  },
  'cli/listen': {
    'once.ts': [],
    'ending.ts': [],
    options: [],
    output: ['options'],
    traffic: ['output'],
    notices: ['traffic', 'output'],
    stats: ['traffic', 'output'],
    'client.ts': ['traffic', 'output', 'options', 'once.ts'],
    'session.ts': ['client.ts', 'stats', 'notices', 'traffic', 'output', 'options', 'ending.ts'],
    'listen.ts': ['session.ts', 'stats', 'notices', 'options'],
  },
  adapters: {
    'batch.ts': [],
    'next-task.ts': [],
    'event-attributes.ts': [],
    'eventsource-connection.ts': [],
    'eventsource-class.ts': ['eventsource-connection.ts', 'event-attributes.ts'],
    'eventsource.ts': ['eventsource-class.ts', 'next-task.ts'],
    'source.ts': [],
    'stores.ts': ['batch.ts'],
    'store.ts': ['stores.ts', 'batch.ts'],
    'react-stores.ts': [],
    'react-client.ts': ['source.ts'],
    'react-connection.ts': ['react-client.ts', 'react-stores.ts', 'stores.ts', 'source.ts'],
    'react.ts': ['react-connection.ts', 'react-client.ts', 'react-stores.ts', 'stores.ts', 'source.ts'],
    'vue-context.ts': ['source.ts'],
    'vue-connection.ts': ['vue-context.ts', 'stores.ts', 'source.ts'],
    'vue.ts': ['vue-connection.ts', 'vue-context.ts', 'stores.ts', 'source.ts'],
    'query-client.ts': [],
    'query-bindings.ts': ['query-client.ts', 'batch.ts'],
    'query-pending.ts': ['query-bindings.ts', 'query-client.ts'],
    'tanstack-query.ts': ['query-pending.ts', 'query-bindings.ts', 'query-client.ts', 'batch.ts'],
  },
  demo: {
    shared: [],
    server: ['shared'],
    supervisor: ['server', 'shared'],
    page: ['shared'],
    'main.ts': ['page'],
    'admin.ts': ['page'],
    'start.ts': ['supervisor', 'server'],
  },
}

/** The room of a folder that a file lies in: a folder, or the file itself. */
const roomOf = (file: string, folder: string): string => file.slice(folder.length + 1).split('/')[0] ?? ''

/** The imports between files of a folder. */
const arrowsIn = (folder: string): typeof arrows =>
  arrows.filter(({ from, to }) => from.startsWith(`${folder}/`) && to.startsWith(`${folder}/`))

describe.each(Object.entries(ROOMS))('the rooms of %s', (folder, rooms) => {
  const inside = arrowsIn(folder).map(({ from, to }) => ({
    from,
    to,
    room: roomOf(from, folder),
    other: roomOf(to, folder),
  }))

  it('import only from the rooms below them', () => {
    expect(inside.filter(({ room, other }) => room !== other && !rooms[room]?.includes(other))).toEqual([])
  })

  it('have no circle', () => {
    expect(circle(new Map(Object.entries(rooms)))).toBeUndefined()
  })

  it('are all that there are, and use every arrow', () => {
    const there = filesOf(folder).map((file) => roomOf(file, folder))
    expect([...new Set(there)].sort()).toEqual(Object.keys(rooms).sort())
    const used = new Set(inside.map(({ room, other }) => `${room} -> ${other}`))
    const listed = Object.entries(rooms).flatMap(([room, below]) => below.map((other) => `${room} -> ${other}`))
    expect(listed.filter((arrow) => !used.has(arrow))).toEqual([])
  })
})

/** Every folder that has files in it, or folders with files. */
const folders = [
  ...new Set(
    [...graph.keys()].flatMap((file) =>
      file.split('/').flatMap((_, n, parts) => (n > 0 ? [parts.slice(0, n).join('/')] : [])),
    ),
  ),
]

describe('the rooms of every folder', () => {
  it('are listed for each top folder', () => {
    const tops = folders.filter((folder) => !folder.includes('/'))
    expect(tops.filter((folder) => !(folder in ROOMS))).toEqual([])
  })

  it.each(folders)('%s: no room imports itself by way of another', (folder) => {
    const rooms = new Map<string, string[]>()
    for (const { from, to } of arrowsIn(folder)) {
      const [room, other] = [roomOf(from, folder), roomOf(to, folder)]
      if (room !== other) rooms.set(room, [...(rooms.get(room) ?? []), other])
    }
    expect(circle(rooms)).toBeUndefined()
  })
})

/** The entry points of the core. */
const PUBLIC = /^src\/(hub\/|resume\/|request\/|tabs\/)?index\.ts$/
/** What else of the core a folder may import: no second copy of it, and no public name for it either. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  server: ['src/base/clock.ts', 'src/base/errors.ts', 'src/hub/protocol.ts'],
  adapters: [
    'src/base/check.ts',
    'src/base/clock.ts',
    'src/base/errors.ts',
    // EventSource checks its requests as the client does.
    'src/connection/request.ts',
    'src/transports/response.ts',
  ],
  // A call of a mock waits for a burst that is delivered in parts.
  testing: ['src/base/clock.ts', 'src/base/errors.ts', 'src/base/task.ts'],
  cli: ['src/hub/protocol.ts'],
}

describe('the parts around the core', () => {
  const into = arrows.filter(({ from, to }) => !from.startsWith('src/') && to.startsWith('src/') && !PUBLIC.test(to))

  it('import only what is public of it, and what they share with it', () => {
    expect(into.filter(({ from, to }) => !SHARED[from.split('/')[0] ?? '']?.includes(to))).toEqual([])
  })

  it('share nothing with it that they do not use', () => {
    const listed = Object.entries(SHARED).flatMap(([folder, files]) => files.map((to) => ({ folder, to })))
    const isUsed = ({ folder, to }: (typeof listed)[number]): boolean =>
      into.some((arrow) => arrow.from.startsWith(`${folder}/`) && arrow.to === to)
    expect(listed.filter((entry) => !isUsed(entry))).toEqual([])
  })

  it('leave the parser to the core', () => {
    expect(into.filter(({ to }) => to === 'src/transports/parse.ts')).toEqual([])
  })

  it('have one EventSource: that of the adapters', () => {
    const shared = arrows.filter(({ from, to }) => from.startsWith('testing/') && to.startsWith('adapters/'))
    expect(shared).toEqual([{ from: 'testing/fetch/stream.ts', to: 'adapters/eventsource-class.ts' }])
  })
})

it('the server knows nothing of adapters and mocks', () => {
  const out = arrows.filter(({ from, to }) => from.startsWith('server/') && !/^(server|src)\//.test(to))
  expect(out).toEqual([])
})

it('the server runs wherever there is fetch: only the parts for Node know Node', () => {
  const imported = filesOf('server').flatMap((file) =>
    importsOf(readFileSync(join(root, file), 'utf8')).map((name) => ({ file, name })),
  )
  const foreign = imported.filter(({ name }) => !name.startsWith('.'))
  expect([...new Set(foreign.map(({ file, name }) => `${file}: ${name}`))].sort()).toEqual([
    'server/disk/disk.ts: node:fs',
    'server/disk/disk.ts: node:fs/promises',
    'server/disk/disk.ts: node:path',
    'server/disk/disk.ts: node:util',
    'server/disk/line.ts: node:zlib',
    'server/disk/lock.ts: node:fs',
    'server/metrics.ts: prom-client',
    'server/node.ts: node:http',
    'server/node.ts: node:stream',
    'server/peer.ts: node:http',
    'server/peer.ts: node:http2',
    'server/redis/link.ts: ioredis',
    'server/work/worker.ts: node:worker_threads',
    'server/zlib.ts: node:zlib',
  ])
})

it('only the part for Node imports what needs Node', () => {
  const importers = arrows.filter(({ to }) => to === 'server/work/worker.ts').map(({ from }) => from)
  expect(importers).toEqual(['server/node.ts'])
})

it('no file of the core imports a package', () => {
  const packages = filesOf('src').flatMap((file) => importsOf(readFileSync(join(root, file), 'utf8')))
  expect([...new Set(packages.filter((specifier) => !specifier.startsWith('.')))]).toEqual([])
})

it('client and server make no regular expression at run time: its cost could not be seen in the source', () => {
  const made = ['src', 'server']
    .flatMap(filesOf)
    .filter((file) => /\bRegExp\(/.test(readFileSync(join(root, file), 'utf8')))
  expect(made).toEqual([])
})

describe('no file is too long', () => {
  const tooLong = (limit: number, folders: readonly string[]): (readonly [string, number])[] =>
    folders
      .flatMap(filesOf)
      .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const)
      .filter(([, count]) => count > limit)

  it('has at most 200 lines', () => {
    expect(tooLong(200, ['src', 'testing', 'cli', 'server', 'adapters', 'demo'])).toEqual([])
  })
})

/** The functions of a source: in which line each begins, how many lines it has, and how many parameters. */
function functionsOf(
  source: string,
  lang: 'ts' | 'tsx' = 'ts',
): { readonly line: number; readonly lines: number; readonly parameters: number }[] {
  const lineOf = (position: number): number => source.slice(0, position).split('\n').length
  return nodesOf(parseAst(source, { lang }))
    .filter(({ type }) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type))
    .map(({ start, end, params = [] }) => {
      const line = lineOf(start)
      return { line, lines: lineOf(end) - line + 1, parameters: params.length }
    })
}

/** Longer functions, where a cut costs bytes that there is no room for: the lines that each may have, and none may grow. */
const LONG: Readonly<Record<string, number>> = {
  'src/client.ts': 65,
  'src/connection/failure.ts': 65,
  'src/connection/heartbeat.ts': 64,
  'src/connection/intake.ts': 73,
  'src/transports/eventsource.ts': 61,
  'src/tabs/follower.ts': 63,
  'src/tabs/index.ts': 62,
  'src/tabs/intake.ts': 65,
  'src/tabs/leader.ts': 71,
  'src/tabs/member.ts': 82,
  'src/tabs/union.ts': 64,
  'adapters/eventsource-class.ts': 68,
}

describe('no function is too long', () => {
  const functionsIn = (...folders: string[]) =>
    folders.flatMap(filesOf).flatMap((file) =>
      functionsOf(readFileSync(join(root, file), 'utf8'), file.endsWith('x') ? 'tsx' : 'ts').map((each) => ({
        ...each,
        file,
        at: `${file}:${each.line}`,
      })),
    )
  const functions = functionsIn('server', 'testing', 'cli', 'adapters', 'demo')
  const all = [...functions, ...functionsIn('src')]

  it('counts the lines and parameters of functions, arrows and methods', () => {
    const source = 'function a(b, c) {\n  return (d) =>\n    d\n}\nclass E {\n  f() {\n  }\n}'
    expect(functionsOf(source)).toEqual([
      { line: 1, lines: 4, parameters: 2 },
      { line: 2, lines: 2, parameters: 1 },
      { line: 6, lines: 2, parameters: 0 },
    ])
  })

  it('has at most 60 lines', () => {
    expect(all.length).toBeGreaterThan(1000)
    expect(all.filter(({ file, lines }) => lines > (LONG[file] ?? 60))).toEqual([])
  })

  it('has more lines than that only where a list says so', () => {
    const isLong = (file: string): boolean => all.some((each) => each.file === file && each.lines > 60)
    expect(Object.keys(LONG).filter((file) => !isLong(file))).toEqual([])
  })

  it('has at most 4 parameters, except in the core', () => {
    expect(functions.filter(({ parameters }) => parameters > 4)).toEqual([])
  })
})

it('ARCHITECTURE.md has a line for every file of the server', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const tree = text.slice(text.indexOf('\nserver/\n'), text.indexOf('```', text.indexOf('\nserver/\n')))
  let room = ''
  const listed = tree.split('\n').flatMap((line) => {
    const [, indent, name = ''] = /^( {2}| {4})([\w-]+(?:\.ts|\/)) /.exec(line) ?? []
    if (name.endsWith('/')) room = name
    return name.endsWith('.ts') ? [`server/${indent === '    ' ? room : ''}${name}`] : []
  })
  expect(listed.sort()).toEqual(filesOf('server').sort())
})

/** Files whose test has another name. */
const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {
  // Types alone: the compiler checks them.
  'src/events/event.ts': 'test/types/event.test-d.ts',
  'src/connection/options.ts': 'test/types/options.test-d.ts',
  'src/hub/options.ts': 'test/types/options.test-d.ts',
  'src/base/store.ts': 'test/types/client.test-d.ts',
  'src/connection/shared.ts': 'test/connection/connection.test.ts',
  'src/transports/request.ts': 'test/types/options.test-d.ts',
  // The public names of all entry points.
  'src/hub/index.ts': 'test/index.test.ts',
  'src/resume/index.ts': 'test/index.test.ts',
  'src/request/index.ts': 'test/index.test.ts',
  // A function that returns its argument.
  'src/base/same.ts': 'test/connection/settings.test.ts',
  // It listens on a port, so its test runs in Node and not in a page.
  'testing/http/server.ts': 'test/node/mock-server.test.ts',
  'testing/http/listen.ts': 'test/node/mock-server.test.ts',
  'testing/http/wire.ts': 'test/node/mock-server.test.ts',
  'testing/http/handler.ts': 'test/node/mock-server.test.ts',
  'testing/http/request.ts': 'test/node/mock-server.test.ts',
  // Types alone.
  'testing/http/options.ts': 'test/types/testing.test-d.ts',
  // What is asked over HTTP is tested over HTTP.
  'testing/control/call.ts': 'test/node/control.test.ts',
  'testing/control/control.ts': 'test/node/control.test.ts',
  'testing/http/endpoint.ts': 'test/node/control.test.ts',
  'testing/control/operations.ts': 'test/node/control.test.ts',
  // It is tested with the fetch that Node has.
  'testing/msw.ts': 'test/node/msw-handler.test.ts',
  // It needs sockets.
  'server/node.ts': 'test/node/hub.test.ts',
  // What they do is seen at the log that they are parts of.
  'server/disk/append.ts': 'test/server/disk/file-log.test.ts',
  'server/disk/care.ts': 'test/server/disk/file-log.test.ts',
  'server/disk/disk.ts': 'test/server/disk/file-log.test.ts',
  'server/disk/options.ts': 'test/server/disk/file-log.test.ts',
  'server/disk/read.ts': 'test/server/disk/file-log.test.ts',
  // They need a Redis.
  'server/redis/index.ts': 'test/node/redis-log.test.ts',
  'server/redis/pulse.ts': 'test/server/redis/pulse.test.ts',
  'server/redis/redis-log.ts': 'test/node/redis-log.test.ts',
  'server/redis/relay.ts': 'test/node/redis-hub.test.ts',
  'server/redis/scripts.ts': 'test/node/redis-log.test.ts',
  'server/redis/shared-log.ts': 'test/node/redis-log.test.ts',
  'server/redis/time.ts': 'test/node/redis-log.test.ts',
  // Types alone.
  'server/log/entry.ts': 'test/types/hub.test-d.ts',
  'server/publish/mail-options.ts': 'test/types/hub.test-d.ts',
  'server/options/options.ts': 'test/types/hub.test-d.ts',
  'server/streams/parts.ts': 'test/types/hub.test-d.ts',
  'server/http/host.ts': 'test/types/hub.test-d.ts',
  'server/http/parts.ts': 'test/types/hub.test-d.ts',
  'server/work/job.ts': 'test/types/work.test-d.ts',
  // It needs threads.
  'server/work/worker.ts': 'test/node/work.test.ts',
  // Types alone.
  'testing/mock/actions.ts': 'test/testing/mock/exchange.test.ts',
  'testing/mock/wire.ts': 'test/testing/mock/answer.test.ts',
  'testing/script/step.ts': 'test/types/testing.test-d.ts',
  // What they do is seen at the command that they are parts of.
  'cli/listen/client.ts': 'test/cli/listen/listen.test.ts',
  'cli/listen/session.ts': 'test/cli/listen/listen.test.ts',
  // Types alone.
  'codegen/pivot/shape.ts': 'test/codegen/pivot/shape-of.test.ts',
  'codegen/pivot/document.ts': 'test/codegen/pivot/shape-of.test.ts',
  // What they do is seen at what is imported and generated.
  'codegen/json/keywords.ts': 'test/codegen/json/schemas.test.ts',
  'codegen/json/values.ts': 'test/codegen/json/schemas.test.ts',
  'codegen/json/definitions.ts': 'test/codegen/json/files.test.ts',
  'codegen/importers/context.ts': 'test/codegen/importers/documents.test.ts',
  'codegen/importers/event-map.ts': 'test/codegen/importers/documents.test.ts',
  'codegen/importers/follow.ts': 'test/codegen/importers/asyncapi.test.ts',
  'codegen/importers/item-schema.ts': 'test/codegen/importers/openapi.test.ts',
  'codegen/importers/json-schema.ts': 'test/codegen/importers/documents.test.ts',
  'codegen/pivot/collect.ts': 'test/codegen/importers/documents.test.ts',
  'codegen/pivot/write.ts': 'test/codegen/generate.test.ts',
  'codegen/base/files.ts': 'test/codegen/json/files.test.ts',
  'codegen/json/yaml.ts': 'test/codegen/json/files.test.ts',
  'codegen/rust/context.ts': 'test/codegen/rust/import.test.ts',
  'codegen/rust/fields.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/grammar.ts': 'test/codegen/rust/import.test.ts',
  'codegen/rust/item.ts': 'test/codegen/rust/import.test.ts',
  'codegen/rust/item-schema.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/notes.ts': 'test/codegen/rust/events.test.ts',
  'codegen/rust/read-items.ts': 'test/codegen/rust/events.test.ts',
  'codegen/rust/read-type.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/serde.ts': 'test/codegen/rust/import.test.ts',
  'codegen/rust/spread.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/spread-into.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/std-types.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/type-schema.ts': 'test/codegen/rust/values.test.ts',
  'codegen/rust/variants.ts': 'test/codegen/rust/values.test.ts',
  'codegen/emit/calls.ts': 'test/codegen/emit/files.test.ts',
  'codegen/emit/order.ts': 'test/codegen/emit/files.test.ts',
  'codegen/emit/tags.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/plain-part.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/plain-parts.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/plain-shapes.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/plain-values.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/publisher.ts': 'test/codegen/emit/files.test.ts',
  'codegen/emit/valibot.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/zod.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/with-library.ts': 'test/codegen/emit/plain.test.ts',
  'codegen/emit/model.ts': 'test/codegen/emit/events.test.ts',
  'codegen/emit/type-text.ts': 'test/codegen/emit/events.test.ts',
  'cli/generate/watch.ts': 'test/cli/generate/generate.test.ts',
  'codegen/diff/describe.ts': 'test/codegen/diff/compare.test.ts',
  'codegen/diff/resolve.ts': 'test/codegen/diff/compare.test.ts',
  'codegen/diff/rules.ts': 'test/codegen/diff/compare.test.ts',
  'cli/generate/output.ts': 'test/cli/generate/generate.test.ts',
  // Both entry points of the kit have one test.
  'testing/node.ts': 'test/testing/index.test.ts',
}

describe('every file has a test of the same name', () => {
  it.each([...filesOf('src'), ...filesOf('server'), ...filesOf('testing'), ...filesOf('codegen'), ...filesOf('cli')])(
    '%s',
    (file) => {
      const sameName = `test/${file.replace(/^src\//, '').replace(/\.ts$/, '.test.ts')}`
      const test = TESTED_ELSEWHERE[file] ?? sameName
      expect(existsSync(join(root, test)), `${test} exists`).toBe(true)
    },
  )

  it('has no exception for a file that is not there any more', () => {
    for (const file of Object.keys(TESTED_ELSEWHERE)) expect(graph.has(file), file).toBe(true)
  })
})
