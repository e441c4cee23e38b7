import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../../cli/command-line/args.ts'
import { readListenOptions } from '../../../../cli/listen/options/options.ts'

const read = (...argv: string[]) => readListenOptions(['http://a/', ...argv])

describe('the options', () => {
  it('have defaults', () => {
    expect(read()).toEqual({
      address: { url: 'http://a/', authorization: undefined },
      headers: new Headers(),
      method: undefined,
      data: undefined,
      lastEventId: '',
      topics: [],
      patterns: ['*'],
      grep: undefined,
      count: Infinity,
      duration: undefined,
      format: 'people',
      parse: 'auto',
      stats: false,
      verbosity: 'normal',
      once: false,
      wait: false,
      heartbeat: 'auto',
      connectTimeout: 15_000,
    })
  })

  it.each<[argv: string[], options: object]>([
    [['-X', 'put', '-d', 'x'], { method: 'PUT', data: 'x' }],
    [['--last-event-id', 'a b'], { lastEventId: 'a b' }],
    [['-t', 'orders.*', '--topic', 'jobs'], { topics: ['orders.*', 'jobs'] }],
    [['-e', 'order.*', '-e', 'a.b', '--event=*'], { patterns: ['order.*', 'a.b', '*'] }],
    [['-g', '^a|b$'], { grep: /^a|b$/ }],
    [['-n', '12'], { count: 12 }],
    [['--for', '10'], { duration: 10_000 }],
    [['--json', '--stats'], { format: 'json', stats: true }],
    [['--data-only'], { format: 'data' }],
    [['--parse', 'text'], { parse: 'text' }],
    [['-q'], { verbosity: 'quiet' }],
    [['-v'], { verbosity: 'verbose' }],
    [['--once'], { once: true }],
    [['--wait'], { wait: true }],
    [['--heartbeat', '500'], { heartbeat: 500 }],
    [['--heartbeat', '15s'], { heartbeat: 15_000 }],
    [['--heartbeat', 'off'], { heartbeat: false }],
    [['--connect-timeout', '0'], { connectTimeout: 0 }],
  ])('%j are read', (argv, options) => {
    expect(read(...argv)).toMatchObject(options)
  })

  it.each<[argv: string[], message: string]>([
    [['b', 'secret'], 'listen takes one URL, and here are 3: quotes missing around a header?'],
    [['--for', '0'], '--for expects a time above 0, not "0"'],
    [['--for', '0ms'], '--for expects a time above 0, not "0ms"'],
    [['--json', '--data-only'], '--json and --data-only exclude each other: choose one form of output'],
    [['-q', '-v'], '--quiet and --verbose exclude each other: choose one'],
    [['--once', '--wait'], '--once and --wait exclude each other: a request that is sent once is not tried again'],
    [['--parse', 'xml'], '--parse expects auto, json or text, not "xml"'],
    [['-d', 'x', '-X', 'get'], '--data needs a method that has a body, not GET'],
    [['-e', 'order*'], `--event expects a name, or '*' alone or after a dot as in 'order.*', not "order*"`],
    [['-e', '.*'], `--event expects a name, or '*' alone or after a dot as in 'order.*', not ".*"`],
    [['-e', 'a.*\n'], `--event expects a name, or '*' alone or after a dot as in 'order.*', not "a.*\\n"`],
    [['-e', '*.a'], `--event expects a name, or '*' alone or after a dot as in 'order.*', not "*.a"`],
    [['--event='], `--event expects a name, or '*' alone or after a dot as in 'order.*', not ""`],
    [['-t', 'a,b'], '--topic expects a name without commas and spaces; repeat it for several, not "a,b"'],
    [['--last-event-id', 'a\nb'], '--last-event-id expects an id without line ends, not "a\\nb"'],
    [['-n', '0'], '--count expects a whole number from 1, not "0"'],
    [['-n', '1.5'], '--count expects a whole number from 1, not "1.5"'],
    [['--heartbeat', 'never'], '--heartbeat expects milliseconds, a time such as 15s, auto or off, not "never"'],
  ])('%j are refused', (argv, message) => {
    expect(() => read(...argv)).toThrow(new UsageError(message))
  })

  it.each<[argv: string[], message: RegExp]>([
    [['-g', '('], /^--grep expects a regular expression \(.*Unterminated group\), not "\("$/],
    [['--for', 'soon'], /^--for expects a time such as 500ms, 10s or 2m, a plain number being s, .* not "soon"$/],
    [['--connect-timeout', '-1'], /^--connect-timeout expects MS; if the value begins with a dash/],
    [['--connect-timeout=-1'], /^--connect-timeout expects a time .* a plain number being ms/],
  ])('%j are refused, with the reason', (argv, message) => {
    expect(() => read(...argv)).toThrow(message)
  })

  // Where each dot is tried as the last one, this takes twenty minutes.
  it('refuse a pattern of a million dots before a star', () => {
    expect(() => read('-e', `${'.'.repeat(1_000_000)}*x`)).toThrow(/^--event expects a name, or '\*' alone/)
  })

  it('want a URL', () => {
    expect(() => readListenOptions([])).toThrow(new UsageError('listen expects a URL'))
  })
})
