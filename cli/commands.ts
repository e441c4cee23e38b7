import { readFileSync } from 'node:fs'
import { suggestion, UsageError } from './command-line/args.ts'
import { type Manual, renderManual, table } from './command-line/help.ts'
import { GENERATE_MANUAL } from './generate/spec.ts'
import type { Host } from './host.ts'
import { listen } from './listen/listen.ts'
import { LISTEN_MANUAL } from './listen/options/spec.ts'
import { mock } from './mock/mock.ts'
import { MOCK_MANUAL } from './mock/spec.ts'
import { createPaint } from './terminal/palette.ts'

/** One word after `headwater`. */
interface Command {
  readonly summary: string
  readonly manual: Manual
  /** @returns The exit code. @throws UsageError */
  run(argv: readonly string[], host: Host): Promise<number>
}

const COMMANDS = new Map<string, Command>([
  ['listen', { summary: 'show the events of a stream, as they come', manual: LISTEN_MANUAL, run: listen }],
  [
    'generate',
    {
      summary: 'types for the events that a server declares',
      manual: GENERATE_MANUAL,
      // It is larger than all the rest, and few who listen generate.
      run: async (argv, host) => (await import('./generate/generate.ts')).generateCommand(argv, host),
    },
  ],
  ['mock', { summary: 'serve streams to try a client on', manual: MOCK_MANUAL, run: mock }],
])

/**
 * Runs what a command line says.
 * @param argv - The arguments after the name of the program.
 * @returns The exit code.
 */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  const [word, ...rest] = argv
  try {
    return await dispatch(word, rest, host)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const help = word !== undefined && COMMANDS.has(word) ? `headwater ${word} --help` : 'headwater --help'
    host.stderr.write(`${createPaint(host.stderr)('red', 'headwater:')} ${error.message} (see ${help})\n`)
    return 2
  }
}

async function dispatch(word: string | undefined, rest: readonly string[], host: Host): Promise<number> {
  const say = (text: string): number => {
    host.stdout.write(text)
    return 0
  }
  const paint = createPaint(host.stdout)
  if (word === undefined || word === '--help' || word === '-h') return say(overview())
  if (word === '--version' || word === '-V') return say(`${version()}\n`)
  if (word === 'help') return rest[0] === undefined ? say(overview()) : say(renderManual(find(rest[0]).manual, paint))
  const command = find(word)
  // First of all, so that a user who is stuck in the middle of a line gets help.
  if (rest.includes('--help') || rest.includes('-h')) return say(renderManual(command.manual, paint))
  return command.run(rest, host)
}

function find(word: string): Command {
  const command = COMMANDS.get(word)
  if (command) return command
  // Not shown: it may have a password in it.
  if (/[:/.]|^localhost$/.test(word))
    throw new UsageError('a URL alone is no command, did you mean headwater listen URL?')
  if (word.startsWith('-'))
    throw new UsageError(`there is no option ${word} here${suggestion(word, ['--help', '--version'])}`)
  throw new UsageError(`there is no command ${JSON.stringify(word)}${suggestion(word, [...COMMANDS.keys(), 'help'])}`)
}

const overview = (): string => `headwater ${version()}: Server-Sent Events on the command line

Usage: headwater COMMAND [options]

${table(
  [
    ...[...COMMANDS].map(([name, { summary }]) => [name, summary] as const),
    ['help COMMAND', 'what a command takes, with examples'],
    ['--version', 'print the version'],
  ],
  16,
)}
`

/** Of the package that this file belongs to: bundled, it lies as deep in it as its source. */
function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
