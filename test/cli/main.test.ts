import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createMockServer, type MockServerOptions } from 'headwater/testing/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../scripts/free-port.ts'

/*
 * The command as a process: real pipes, real signals, real HTTP.
 */

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

type Child = ChildProcessByStdio<Writable, Readable, Readable>

interface Process {
  readonly child: Child
  out(): string
  err(): string
  /** Resolves once stderr or stdout has had this. */
  said(text: string): Promise<void>
  /** The exit code; the name of the signal, if that ended it. */
  readonly exit: Promise<number | string | null>
}

function headwater(...argv: string[]): Process {
  return start(argv, {})
}

function start(argv: readonly string[], own: NodeJS.ProcessEnv): Process {
  const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined, NODE_OPTIONS: '', ...own }
  const child: Child = spawn(process.execPath, [MAIN, ...argv], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  let wanted: { text: string; resolve(): void }[] = []
  const look = (): void => {
    const there = wanted.filter(({ text }) => out.includes(text) || err.includes(text))
    wanted = wanted.filter((each) => !there.includes(each))
    for (const { resolve } of there) resolve()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
    look()
  })
  const exit = new Promise<number | string | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal))
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    return exit.then(() => {})
  })
  return {
    child,
    exit,
    out: () => out,
    err: () => err,
    said(text) {
      return new Promise((resolve) => {
        wanted.push({ text, resolve })
        look()
      })
    },
  }
}

async function server(options: MockServerOptions = {}) {
  const mock = await createMockServer(options)
  onTestFinished(() => mock.close())
  return mock
}

const tick = (n: number) => ({ send: { event: 'tick', data: { n }, id: `${n}` } })

describe('the process', () => {
  it('prints NDJSON that can be parsed, and nothing else, on stdout', async () => {
    const { url } = await server({ script: [[tick(1), { send: { text: 'é\x1b\nb' } }, { end: true }]] })
    const { out, err, exit } = headwater('listen', url, '--json', '--once', '-v')
    expect(await exit).toBe(0)
    const events = out()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    expect(events).toMatchObject([
      { type: 'tick', data: { n: 1 }, id: '1' },
      { type: 'message', data: 'é\x1b\nb', id: '1' },
    ])
    expect(err()).toContain('< 200 OK')
  })

  it('sends a body from stdin', async () => {
    const mock = await server({ script: [[{ end: true }]] })
    const { child, exit } = headwater('listen', mock.url, '--once', '-d', '@-')
    child.stdin.end('{"q":"注"}')
    expect(await exit).toBe(0)
    expect(mock.requests).toMatchObject([
      { method: 'POST', body: '{"q":"注"}', headers: { 'content-type': 'application/json' } },
    ])
  })

  it.each<[signal: NodeJS.Signals, code: number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('ends in order on %s', async (signal, code) => {
    const { url } = await server({ script: [[tick(7)]] })
    const { child, exit, err, said } = headwater('listen', url)
    await said('tick #7')
    child.kill(signal)
    expect(await exit).toBe(code)
    expect(err()).toMatch(new RegExp(`-- closed: ${signal}\n.*resume with --last-event-id 7\n$`))
  })

  it('ends with 0 and without a word when the reader of its output goes', async () => {
    const mock = await server()
    const { child, exit, err, said } = headwater('listen', mock.url)
    const connection = await mock.connected()
    connection.send('tick', 1)
    await said('tick 1')
    const before = err()
    child.stdout.destroy()
    await once(child.stdout, 'close')
    connection.send('tick', 2)
    expect(await exit).toBe(0)
    expect(err()).toBe(before)
  })

  it('ends with 0 when the reader of its notices goes', async () => {
    const mock = await server()
    const { child, exit, said } = headwater('listen', mock.url)
    const connection = await mock.connected()
    await said('-- open')
    child.stderr.destroy()
    await once(child.stderr, 'close')
    connection.drop()
    expect(await exit).toBe(0)
  })

  it('has its exit code though nobody hears why', async () => {
    const { child, exit } = headwater('listen')
    child.stderr.destroy()
    expect(await exit).toBe(2)
  })

  it('says in one line that nobody listens, and ends with 1', async () => {
    const port = await freePort()
    const { exit, out, err } = headwater('listen', `http://127.0.0.1:${port}/x?token=secret`, '-q')
    expect(await exit).toBe(1)
    expect(out()).toBe('')
    expect(err()).toBe(`headwater: cannot reach http://127.0.0.1:${port}/x: connection refused\n`)
  })

  it('says in one line what is wrong with the command line, and ends with 2', async () => {
    const { exit, out, err } = headwater('listen', 'http://127.0.0.1', '--jsn')
    expect(await exit).toBe(2)
    expect(out()).toBe('')
    expect(err()).toBe('headwater: there is no option --jsn, did you mean --json? (see headwater listen --help)\n')
  })

  it('writes all that it has before it ends, however slow the reader', async () => {
    const count = 5000
    const raw = Array.from({ length: count }, (_, n) => `data: {"n":${n},"pad":"${'x'.repeat(100)}"}\n\n`).join('')
    const { url } = await server({ script: [[{ raw }, { end: true }]] })
    const { child, exit, out, said } = headwater('listen', url, '--once', '--data-only')
    child.stdout.pause()
    await said('-- open')
    child.stdout.resume()
    expect(await exit).toBe(0)
    expect(out().split('\n')).toHaveLength(count + 1)
  })

  it('does not wait for a reader that takes nothing when it is told to stop', async () => {
    const mock = await server()
    const { child, exit, said } = headwater('listen', mock.url, '--data-only')
    child.stdout.pause()
    const connection = await mock.connected()
    await said('-- open')
    connection.sendText('tick', 'x'.repeat(2_000_000))
    // It has been written, and is far more than a pipe holds. A listener for that sets the stream flowing.
    await once(child.stdout, 'readable')
    child.stdout.pause()
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(143)
    child.stdout.resume()
    await exit
  })

  it('has colours where FORCE_COLOR says so, and none in a pipe', async () => {
    const { url } = await server({ script: [[tick(1)], [tick(1)]] })
    const plain = headwater('listen', url, '-n', '1')
    expect(await plain.exit).toBe(0)
    expect(plain.out() + plain.err()).not.toContain('\x1b')
    const coloured = start(['listen', url, '-n', '1'], { FORCE_COLOR: '1' })
    expect(await coloured.exit).toBe(0)
    expect(coloured.out()).toContain('\x1b[36m"n"\x1b[39m')
    expect(coloured.err()).toContain('\x1b[32mopen\x1b[39m')
  })
})
