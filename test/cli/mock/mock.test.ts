import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createMockServer } from 'headwater/testing/node'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { UsageError } from '../../../cli/command-line/args.ts'
import { run } from '../../../cli/commands.ts'
import { mock } from '../../../cli/mock/mock.ts'
import { eventually } from '../../support/eventually.ts'
import { reading } from '../../support/reading.ts'
import { terminal } from '../terminal.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'headwater-mock-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
/** A script file. */
function file(script: unknown): string {
  const path = join(folder, `${++files}.json`)
  writeFileSync(path, JSON.stringify(script))
  return path
}

/** Starts `headwater mock --port 0 …argv` in this process, and ends it with the test. */
async function start(...argv: string[]) {
  const { host, clock, out, err, signal, listeners } = terminal()
  const stdin = new PassThrough()
  const done = mock(['--port', '0', ...argv], { ...host, stdin })
  onTestFinished(async () => {
    signal('SIGTERM')
    await done.catch(() => {})
  })
  await Promise.race([done, eventually(() => expect(out.text).toContain('\n'))])
  const url = out.text.trim()
  return {
    ...{ clock, out, err, signal, stdin, done, url },
    listeners,
    open: (path = '/', init?: RequestInit) => reading(fetch(url + path, init)),
    /** Waits until this stands on stderr. */
    says: (line: string) => eventually(() => expect(err.lines).toContain(line)),
  }
}

describe('headwater mock', () => {
  it('prints its URL alone on stdout, and what to try on stderr', async () => {
    const { out, err, url } = await start('--tick', '0')
    expect(out.text).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/)
    expect(err.text).toBe(`Every path is a stream, left to you. To see one:
  headwater listen ${url}
  curl -N ${url}
To have something done, from another terminal or by a line of JSON here:
  curl -d '{"send":{"event":"order.created","data":{"id":"A-1"}}}' ${url}/__mock/do
  {"drop":true}
`)
  })

  it.each([
    [[], 'a tick every 1 s'],
    [['--tick', '500ms'], 'a tick every 500 ms'],
    [['SCRIPT'], `as ${join(folder, 'hint.json')} says`],
  ])('says what it streams: %j', async (argv, said) => {
    writeFileSync(join(folder, 'hint.json'), '[]')
    const { err } = await start(...argv.map((word) => (word === 'SCRIPT' ? join(folder, 'hint.json') : word)))
    expect(err.lines[0]).toBe(`Every path is a stream, ${said}. To see one:`)
  })

  it('ticks, and goes on where Last-Event-ID left off', async () => {
    const { clock, open } = await start()
    const first = await open()
    await clock.advance(5000)
    expect((await first.until(': heartbeat')).match(/^(id|data|:).*/gm)).toEqual([
      ...[1, 2, 3, 4, 5].flatMap((n) => [`id: ${n}`, expect.stringMatching(`^data: {"n":${n},"at":\\d+}$`)]),
      ': heartbeat',
    ])
    const second = await open('/anywhere', { headers: { 'last-event-id': '3' } })
    await clock.advance(1000)
    expect((await second.until('"n":6')).match(/^id.*/gm)).toEqual(['id: 4', 'id: 5', 'id: 6'])
    const fresh = await open()
    await clock.advance(1000)
    expect((await fresh.until('"n":7')).match(/^id.*/gm)).toEqual(['id: 7'])
  })

  it('does not tick with --tick 0, nor with a script', async () => {
    for (const argv of [['--tick', '0'], [file([])]]) {
      const { clock } = await start(...argv)
      expect(clock.timers).toBe(0)
    }
  })

  it.each<[script: unknown, statuses: Record<string, number[]>]>([
    [[{ refuse: { status: 503 } }], { '/': [503, 503] }],
    [[[{ refuse: { status: 503 } }], [{ refuse: { status: 500 } }]], { '/': [503, 500, 200] }],
    [
      { script: [{ refuse: { status: 503 } }], routes: { '/jobs': [[{ refuse: { status: 500 } }]] } },
      { '/jobs': [500, 200], '/': [503, 503] },
    ],
  ])('plays a script file: %j', async (script, expected) => {
    const { open } = await start(file(script))
    for (const [path, statuses] of Object.entries(expected)) {
      const seen: number[] = []
      for (const _ of statuses) seen.push((await open(path)).status)
      expect(seen).toEqual(statuses)
    }
  })

  it.each<[script: unknown, argv: string[]]>([
    [{ replay: true, introduce: true }, []],
    [[], ['--replay', '--introduce']],
    [{ replay: false, introduce: false }, ['--replay', '--introduce']],
  ])('replays and introduces if the file %j or the options %j say so', async (script, argv) => {
    const { open, stdin, says } = await start(...argv, file(script))
    stdin.write('{"send":{"data":1,"id":"1"}}\n{"send":{"data":2,"id":"2"}}\n')
    await says('-- done to 0 streams')
    await eventually(async () => {
      const stream = await open('/', { headers: { 'last-event-id': '1' } })
      const seen = await stream.until('\n\n')
      await stream.cancel()
      expect(seen).toContain('event: connected')
      expect(seen).toContain('"recovered":true')
    })
    expect(await (await open('/', { headers: { 'last-event-id': '1' } })).until('data: 2')).not.toContain('data: 1')
  })

  it('sends CORS headers, unless it is told not to', async () => {
    for (const [argv, expected] of [
      [[], '*'],
      [['--no-cors'], null],
    ] as const) {
      const { url } = await start('--tick', '0', ...argv)
      expect((await fetch(url)).headers.get('access-control-allow-origin')).toBe(expected)
    }
  })

  it('listens where it is told to', async () => {
    const { url } = await start('--host', 'localhost')
    expect(url).toMatch(/^http:\/\/localhost:/)
    expect((await fetch(url)).status).toBe(200)
  })

  it('notes what happens, by request', async () => {
    const { open, err, says, url } = await start(file([[{ refuse: { status: 503 } }]]))
    const hints = err.lines.length
    await open('/events?token=secret')
    const stream = await open('/events', { headers: { 'last-event-id': '7' } })
    await stream.cancel()
    await eventually(() => expect(err.text).toContain('ended by the client'))
    await fetch(`${url}/__mock`)
    expect(err.lines.slice(hints)).toEqual([
      '-- #1 GET /events: 503',
      '-- #2 GET /events after 7: stream',
      '-- #2 ended by the client after 0 ms',
    ])
    await says('-- #1 GET /events: 503')
  })

  it('says nothing of it with --quiet, but of mistakes', async () => {
    const { open, err, stdin } = await start('--quiet', '--tick', '0')
    await open()
    stdin.write('{"comment":"a"}\nnonsense\n')
    await eventually(() => expect(err.text).not.toBe(''))
    expect(err.text).toMatch(/^headwater: this line is not JSON: .*\n$/)
  })

  it('is ended by a signal, with 0, and leaves nothing behind', async () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      const { done, signal, url, clock, listeners } = await start()
      signal(name)
      expect(await done).toBe(0)
      expect([clock.timers, listeners()]).toEqual([0, 0])
      await expect(fetch(url)).rejects.toThrow(TypeError)
    }
  })
})

describe('a line of stdin', () => {
  it('is done to every open stream, as is a list', async () => {
    const { open, stdin, says, err } = await start('--tick', '0')
    const streams = [await open('/a'), await open('/b')]
    stdin.write(
      '{"send":{"event":"order.created","data":{"id":"A-1"}}}\n\n[{"comment":"x"},{"wait":1},{"comment":"y"}]\n',
    )
    for (const { until } of streams)
      expect(await until(': y\n\n')).toBe('\nevent: order.created\ndata: {"id":"A-1"}\n\n: x\n\n: y\n\n')
    await says('-- done to 2 streams')
    expect(err.text).not.toContain('headwater: ')
    stdin.write('{"drop":true}\n')
    for (const { until } of streams) await expect(until('never')).rejects.toThrow(TypeError)
  })

  it.each<[line: string, said: string]>([
    ['nonsense', 'headwater: this line is not JSON: Unexpected token \'o\', "nonsense" is not valid JSON'],
    ['{"drop":1}', 'headwater: {"drop":1}: drop expects true'],
    ['"drop"', expect.stringMatching(/^headwater: "drop" is no step; there are: /)],
    ['null', expect.stringMatching(/^headwater: null is no step; there are: /)],
    [
      '{"refuse":{"status":503}}',
      'headwater: {"refuse":{"status":503}} answers a request: put it into a script, for the next one',
    ],
    ['{"send":{"data":1}}\n{"introduce":{}}', 'headwater: introduce() must come first on its connection'],
    ['{"comment":"\\u0000"}', expect.stringMatching(/^headwater: comment has a line end or NUL in it/)],
  ])('reports a wrong line of stdin in one line, and does the next one: %s', async (line, said) => {
    const { open, stdin, err } = await start('--tick', '0')
    const stream = await open()
    const before = err.lines.length
    stdin.write(`${line}\n{"comment":"next"}\n`)
    await stream.until(': next')
    await eventually(() => expect(err.lines.at(-1)).toBe('-- done to 1 stream'))
    expect(err.lines.slice(before).filter((each) => each.startsWith('headwater:'))).toEqual([said])
  })

  it('may be the last: the end of stdin ends nothing, and neither does its failure', async () => {
    for (const close of [
      (stdin: PassThrough) => stdin.end('{"comment":"last"}'),
      (stdin: PassThrough) => stdin.destroy(new Error('EIO')),
    ]) {
      const { open, stdin, signal, done, err } = await start('--tick', '0')
      const stream = await open()
      close(stdin)
      if (!stdin.destroyed) await stream.until(': last')
      await eventually(() => expect(stdin.closed).toBe(true))
      expect((await open()).status).toBe(200)
      signal('SIGINT')
      expect(await done).toBe(0)
      expect(err.text).not.toContain('headwater: ')
    }
  })
})

describe('what is wrong', () => {
  it.each<[script: unknown, said: string]>([
    [[[{ end: true }], [{ send: {} }, { sned: {} }]], 'script, list 2, step 2: {"sned":{}} is no step'],
    [{ routes: { '/a': [{ drop: 1 }] } }, 'routes["/a"], step 1: {"drop":1}: drop expects true'],
    [{ routes: { a: [] } }, 'routes expects paths that begin with a slash and have no query, got "a"'],
    [{ replay: 'yes' }, 'replay expects true or false, got "yes"'],
  ])('names the file and the place of a mistake in a script: %j', async (script, said) => {
    const path = file(script)
    await expect(start(path)).rejects.toThrow(UsageError)
    await expect(start(path)).rejects.toThrow(`${path}: ${said}`)
  })

  it('ends with 1, and says so in one line, when the port is in use', async () => {
    await using server = await createMockServer()
    const { host, out, err } = terminal()
    expect(await run(['mock', '--port', `${server.port}`], host)).toBe(1)
    expect([out.text, err.text]).toEqual([
      '',
      `headwater: port ${server.port} is in use: take another, or 0 for a free one\n`,
    ])
  })

  it('ends with 2, and says so in one line, when an option is unknown', async () => {
    const { host, out, err } = terminal()
    expect(await run(['mock', '--prot', '1'], host)).toBe(2)
    expect([out.text, err.text]).toEqual([
      '',
      'headwater: there is no option --prot, did you mean --port? (see headwater mock --help)\n',
    ])
  })
})

describe('as a process', () => {
  /** Starts the command as a shell does, and ends it with the test. */
  function launch(...argv: string[]) {
    // The Node that npm scripts get: it runs TypeScript by itself, whichever runs the tests.
    const child = spawn(join(root, 'node_modules/.bin/node'), [join(root, 'cli/main.ts'), ...argv], { stdio: 'pipe' })
    const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
    onTestFinished(async () => {
      child.kill('SIGKILL')
      await exited
    })
    return {
      ...child,
      stdin: child.stdin,
      stdout: child.stdout,
      stderr: child.stderr,
      exited,
      kill: child.kill.bind(child),
    }
  }
  const firstLine = async ({ stdout }: Pick<ChildProcess, 'stdout'>): Promise<string> => {
    if (!stdout) return expect.fail('there is no stdout')
    const [line] = (await once(createInterface(stdout), 'line')) as [string]
    return line
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says its URL, streams, does what stdin says, and ends with 0 at %s',
    async (signal) => {
      const child = launch('mock', '--port', '0', '--tick', '10ms')
      const stderr = text(child.stderr)
      const url = await firstLine(child)
      const stream = await reading(fetch(`${url}/events`))
      await stream.until('event: tick')
      child.stdin.end('{"send":{"event":"order.created","data":{"id":"A-1"}}}\n')
      await stream.until('event: order.created\ndata: {"id":"A-1"}\n\n')
      child.kill(signal)
      expect(await child.exited).toEqual([0, null])
      expect(await stderr).toMatch(/#1 GET \/events: stream\n/)
    },
  )

  it('serves headwater listen, which resumes after a break', async () => {
    const server = launch('mock', '--port', '0', '--tick', '0', '--replay')
    const url = await firstLine(server)
    const listener = launch('listen', `${url}/events`, '--data-only', '--count', '2')
    const heard = createInterface(listener.stdout)[Symbol.asyncIterator]()
    const tell = (call: string, body: unknown) =>
      fetch(`${url}/__mock${call}`, { method: 'POST', body: JSON.stringify(body) })
    await fetch(`${url}/__mock/connected?timeout=60000`)
    await tell('/do', { send: { event: 'n', data: 1, id: '1' } })
    expect(await heard.next()).toMatchObject({ value: '1' })
    // What is sent while the line is down, the mock keeps.
    await tell('/do', [{ drop: true }, { send: { event: 'n', data: 2, id: '2' } }])
    expect(await heard.next()).toMatchObject({ value: '2' })
    expect(await listener.exited).toEqual([0, null])
    const { requests } = await (await fetch(`${url}/__mock/requests`)).json()
    expect(requests.map(({ lastEventId }: { lastEventId: string }) => lastEventId)).toEqual(['', '1'])
  })

  it('is told of a script that says something at the wrong time, before anybody asks', async () => {
    const child = launch('mock', '--port', '0', '--quiet', file([[{ send: {} }, { gap: {} }]]))
    const stderr = text(child.stderr)
    expect(await child.exited).toEqual([2, null])
    expect(await stderr).toMatch(/^headwater: .*list 1, step 2: \{"gap":\{\}\}: clients believe that only .*\n$/)
  })

  it('does without a reader of its stdout', async () => {
    const child = launch('mock', '--port', '0')
    child.stdout.destroy()
    let said = ''
    for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
      said += chunk
      if (said.includes('__mock')) break
    }
    const [url = ''] = /http:\S+/.exec(said) ?? []
    expect((await fetch(url)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await child.exited).toEqual([0, null])
  })

  it('tells of a wrong script without a trace of the stack', async () => {
    const path = join(folder, 'wrong.json')
    writeFileSync(path, '[\n  {"drop": true},\n]')
    const child = launch('mock', path)
    const stderr = text(child.stderr)
    expect(await child.exited).toEqual([2, null])
    expect(await stderr).toBe(
      `headwater: ${path} is not JSON: line 3, column 1: Unexpected token ']' (see headwater mock --help)\n`,
    )
  })
})
