import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { run } from '../../../cli/commands.ts'
import { folder as temporaryFolder } from '../../support/folder.ts'
import { terminal } from '../terminal.ts'

const SOURCE = { 'order.created.json': '{"type":"object"}' }

/** Waits, while the clock turns, until something is so. */
async function until(clock: TestClock, isSo: () => boolean): Promise<void> {
  await expect
    .poll(async () => {
      await clock.advance(100)
      return isSo()
    })
    .toBe(true)
}

function project(files: Readonly<Record<string, string>> = SOURCE) {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'schemas'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'schemas', name), text)
  return {
    folder,
    read: (name: string) => readFileSync(join(folder, name), 'utf8'),
    async typed(...argv: string[]) {
      const { host, out, err } = terminal({ folder })
      return { code: await run(['generate', ...argv], host), out: out.text, err: err.text }
    },
  }
}

describe('generate', () => {
  it('writes the files, and says which', async () => {
    const { typed, read } = project()
    expect(await typed('schemas', '-o', 'src/events')).toEqual({
      code: 0,
      out: 'wrote src/events/events.ts\nwrote src/events/events.json\n',
      err: '',
    })
    expect(read('src/events/events.ts')).toContain("  'order.created': OrderCreated\n")
    expect(JSON.parse(read('src/events/events.json'))).toMatchObject({ version: 1 })
  })

  it('leaves a file alone that is as it should be', async () => {
    const { typed, folder } = project()
    await typed('schemas', '-o', 'out')
    const file = join(folder, 'out/events.ts')
    utimesSync(file, 1, 1)
    expect((await typed('schemas', '-o', 'out')).out).toBe('unchanged out/events.ts\nunchanged out/events.json\n')
    expect(statSync(file).mtimeMs).toBe(1000)
  })

  it('writes validators and a publisher too', async () => {
    const { typed, read } = project()
    expect((await typed('schemas', '-o', 'out', '--schemas', 'plain', '--publisher', '--extension', 'ts')).out).toBe(
      'wrote out/events.ts\nwrote out/events.json\nwrote out/schemas.ts\nwrote out/publisher.ts\n',
    )
    expect(read('out/schemas.ts')).toContain("from './events.ts'")
    expect(read('out/publisher.ts')).toContain('orderCreated')
  })

  it('warns of an event that a hub does not publish', async () => {
    const { typed } = project({ 'ping.json': '{"type":"null"}' })
    expect(await typed('schemas', '-o', 'out', '-q')).toEqual({ code: 0, out: '', err: '' })
    expect(await typed('schemas', '-o', 'out', '-q', '--publisher')).toEqual({
      code: 0,
      out: '',
      err: 'warning: a hub keeps the name ping for itself, and refuses to publish such an event\n',
    })
  })

  it('says nothing with --quiet', async () => {
    const { typed } = project()
    expect(await typed('schemas', '-o', 'out', '-q')).toEqual({ code: 0, out: '', err: '' })
  })

  it('names each mistake in a line, and writes nothing', async () => {
    const { typed, read } = project({
      'a.json': '{"not":{}}',
      'b.json': '{\n"type":"x"}',
      'c.json': '{"tpye":1,"title":"x"}',
    })
    expect(await typed('schemas', '-o', 'out')).toEqual({
      code: 1,
      out: '',
      err: `schemas/a.json:1:2: not is not supported: say what the value is
schemas/b.json:2:1: type: expected one of null, boolean, integer, number, string, array, object, or a list of them
schemas/c.json:1:2: warning: tpye is no keyword of JSON Schema, and is ignored
`,
    })
    expect(() => read('out/events.ts')).toThrow('ENOENT')
  })

  it('refuses a source that is nested too deeply, in one line', async () => {
    const depth = 20_000
    const { typed } = project({ 'a.json': `${'{"items":'.repeat(depth)}{}${'}'.repeat(depth)}` })
    expect(await typed('schemas', '-o', 'out')).toEqual({
      code: 1,
      out: '',
      err: 'headwater: a source is nested too deeply: it has thousands of levels\n',
    })
  })

  it.each<[what: string, argv: string[], line: string]>([
    ['a source that is not there', ['nowhere', '-o', 'out'], 'nowhere: there is no such file or folder'],
    ['a folder without sources', ['empty', '-o', 'out'], 'empty: the folder has no source of events'],
    ['a glob without files', ['*.rs', '-o', 'out'], '*.rs: no file matches'],
    ['JSON that does not parse', ['bad.json', '-o', 'out'], 'bad.json:1:2: is not JSON: expected a name or }'],
    ['a folder that cannot be made', ['schemas', '-o', 'bad.json/x'], 'bad.json/x: cannot be written: '],
  ])('refuses %s in one line', async (_, argv, line) => {
    const { typed, folder } = project()
    mkdirSync(join(folder, 'empty'))
    writeFileSync(join(folder, 'bad.json'), '{')
    const { code, out, err } = await typed(...argv)
    expect([code, out]).toEqual([1, ''])
    expect(err).toMatch(/^headwater: .*\n$/)
    expect(err).toContain(`headwater: ${line}`)
  })

  it.runIf(process.platform === 'linux')('refuses an output folder in /proc at once', () => {
    // In a process of its own, which can be ended: a call that hangs holds everything.
    const code = `import { writeOutput } from ${JSON.stringify(new URL('../../../cli/generate/output.ts', import.meta.url))}
      writeOutput([], '/proc/headwater/events')`
    const args = ['--no-warnings', '--input-type=module', '--eval', code]
    const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
    expect(stderr).toContain('GenerateError: cannot be written: the system makes no folder there')
    expect(stderr).toContain("file: '/proc/headwater'")
  })
})

describe('generate --check', () => {
  it('ends with 0 if all is as it should be, also with the line ends of Windows', async () => {
    const { typed, folder, read } = project()
    await typed('schemas', '-o', 'out')
    writeFileSync(join(folder, 'out/events.ts'), read('out/events.ts').replaceAll('\n', '\r\n'))
    expect(await typed('schemas', '-o', 'out', '--check')).toEqual({ code: 0, out: '', err: '' })
  })

  it('names each file that is not, and writes none', async () => {
    const { typed, folder, read } = project()
    await typed('schemas', '-o', 'out')
    writeFileSync(join(folder, 'out/events.ts'), '// mine')
    expect(await typed('schemas', '-o', 'out', '--check', '--publisher')).toEqual({
      code: 1,
      out: '',
      err: 'out/events.ts: is not what the sources say: run headwater generate again\nout/publisher.ts: is not what the sources say: run headwater generate again\n',
    })
    expect(read('out/events.ts')).toBe('// mine')
  })

  it('names files of an earlier run that nothing asks for any more', async () => {
    const { typed } = project()
    await typed('schemas', '-o', 'out', '--schemas', 'plain', '--publisher')
    const schemas = 'is of an earlier run with --schemas: delete it, or give the option again\n'
    const publisher = 'is of an earlier run with --publisher: delete it, or give the option again\n'
    expect(await typed('schemas', '-o', 'out', '--check')).toEqual({
      code: 1,
      out: '',
      err: `out/schemas.ts: ${schemas}out/publisher.ts: ${publisher}`,
    })
    expect(await typed('schemas', '-o', 'out', '-q', '--publisher')).toEqual({
      code: 0,
      out: '',
      err: `out/schemas.ts: warning: ${schemas}`,
    })
  })

  it('says nothing of a schemas.ts that the user wrote', async () => {
    const { typed, folder } = project()
    await typed('schemas', '-o', 'out')
    writeFileSync(join(folder, 'out/schemas.ts'), '// mine')
    expect(await typed('schemas', '-o', 'out', '--check')).toEqual({ code: 0, out: '', err: '' })
  })
})

describe('generate --diff', () => {
  const A = { 'a.json': '{"properties":{"id":{"type":"string"}},"required":["id"]}' }

  it('names what has changed, and ends with 1 if something breaks clients', async () => {
    const { typed, folder } = project(A)
    await typed('schemas', '-o', 'out')
    expect(await typed('schemas', '--diff', 'out/events.json')).toEqual({ code: 0, out: '', err: '' })
    writeFileSync(join(folder, 'schemas/b.json'), '{"type":"null"}')
    expect(await typed('schemas', '--diff', 'out/events.json')).toEqual({
      code: 0,
      out: 'compatible: b: the event is new\n',
      err: '',
    })
    writeFileSync(join(folder, 'schemas/a.json'), '{"properties":{"id":{"type":"number"}}}')
    expect(await typed('schemas', '--diff', 'out/events.json', '-q')).toEqual({
      code: 1,
      out: 'breaking: a.id: may be missing now\nbreaking: a.id: was a text, is a number\n',
      err: '',
    })
  })

  it('refuses a map that it cannot read, in one line', async () => {
    const { typed, folder } = project(A)
    expect(await typed('schemas', '--diff', 'old.json')).toEqual({
      code: 1,
      out: '',
      err: 'headwater: old.json: there is no such file or folder\n',
    })
    writeFileSync(join(folder, 'old.json'), '{"version":1,"events":{"x":{"schema":1}}}')
    expect(await typed('schemas', '--diff', 'old.json')).toEqual({
      code: 1,
      out: '',
      err: 'old.json:1:29: a schema is expected here: an object, true or false\n',
    })
  })
})

describe('generate --watch', () => {
  it.each([['schemas'], ['schemas/order.created.json'], ['schemas/*.json']])(
    'generates again after each change of %s, until a signal',
    async (source) => {
      const { folder } = project()
      const { host, out, err, clock, signal, listeners } = terminal({ folder })
      const code = run(['generate', source, '-o', 'out', '--watch'], host)
      await until(clock, () => out.text.includes('wrote out/events.json'))
      writeFileSync(join(folder, 'schemas/order.created.json'), '{')
      await until(clock, () => err.text.includes('is not JSON'))
      writeFileSync(join(folder, 'schemas/order.created.json'), '{"type":"null"}')
      await until(clock, () => readFileSync(join(folder, 'out/events.ts'), 'utf8').includes('OrderCreated = null'))
      signal('SIGINT')
      expect(await code).toBe(0)
      expect([listeners(), clock.timers]).toEqual([0, 0])
    },
  )

  it('generates again after a change of a file that a $ref leads to, also if it was missing', async () => {
    const { folder } = project({ 'a.json': '{"$ref":"../shared/b.json"}' })
    mkdirSync(join(folder, 'shared'))
    const { host, out, err, clock, signal } = terminal({ folder })
    const code = run(['generate', 'schemas', '-o', 'out', '--watch'], host)
    await until(clock, () => err.text.includes('"../shared/b.json" leads nowhere'))
    writeFileSync(join(folder, 'shared/b.json'), '{"type":"null"}')
    await until(clock, () => out.text.includes('wrote out/events.json'))
    writeFileSync(join(folder, 'shared/b.json'), '{"type":"boolean"}')
    await until(clock, () => readFileSync(join(folder, 'out/events.ts'), 'utf8').includes('B = boolean'))
    signal('SIGINT')
    expect(await code).toBe(0)
  })

  it('ends with 1 if there is nothing to watch', async () => {
    const { typed } = project()
    const { code, err } = await typed('nowhere/x/*.json', '-o', 'out', '--watch')
    expect(code).toBe(1)
    expect(err).toContain('nowhere/x: cannot be watched: there is no such folder')
  })
})
