import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { run } from '../../cli/commands.ts'
import { terminal } from './terminal.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

async function typed(...argv: string[]) {
  const { host, out, err } = terminal()
  return { code: await run(argv, host), out: out.text, err: err.text }
}

describe('the command', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('shows what there is for %j', async (argv) => {
    const { code, out, err } = await typed(...argv)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^headwater \d+\.\d+\.\d+: .*\n\nUsage: headwater COMMAND/)
    expect(out).toContain('  listen          show the events of a stream')
  })

  it.each(['--version', '-V'])('shows its version for %s', async (word) => {
    expect(await typed(word)).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  it.each([[['help', 'listen']], [['listen', '--help']], [['listen', 'http://a/', '--nonsense', '-h']]])(
    'shows the help of listen for %j',
    async (argv) => {
      const { code, out, err } = await typed(...argv)
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^Usage: headwater listen URL/)
    },
  )

  it.each<[argv: string[], line: string]>([
    [['lisen'], 'headwater: there is no command "lisen", did you mean listen? (see headwater --help)'],
    [['help', 'xyz'], 'headwater: there is no command "xyz" (see headwater --help)'],
    [['--verzion'], 'headwater: there is no option --verzion here, did you mean --version? (see headwater --help)'],
    [['constructor'], 'headwater: there is no command "constructor" (see headwater --help)'],
    [['http://a/'], 'headwater: a URL alone is no command, did you mean headwater listen URL? (see headwater --help)'],
    [['listen'], 'headwater: listen expects a URL (see headwater listen --help)'],
    [
      ['listen', 'a', '--jsn'],
      'headwater: there is no option --jsn, did you mean --json? (see headwater listen --help)',
    ],
  ])('refuses %j in one line that names the fix', async (argv, line) => {
    expect(await typed(...argv)).toEqual({ code: 2, out: '', err: `${line}\n` })
  })

  it('runs listen', async () => {
    const { host, out, stream, clock } = terminal()
    const code = run(['listen', 'http://localhost/', '-n', '1', '-q', '--data-only'], host)
    ;(await stream.connected()).send('tick', 1)
    await clock.settle()
    expect(await code).toBe(0)
    expect(out.text).toBe('1\n')
  })
})
