import { describe, expect, it } from 'vitest'
import { type Options, readArguments, suggestion, UsageError } from '../../../cli/command-line/args.ts'

const OPTIONS = {
  header: { short: 'H', value: "'name: value'", repeatable: true, help: '' },
  count: { short: 'n', value: 'N', help: '' },
  json: { help: '' },
  quiet: { short: 'q', help: '' },
} as const satisfies Options

const read = (...argv: string[]) => readArguments(OPTIONS, argv)

describe('a command line', () => {
  it('is read: switches, values in every notation, and the rest', () => {
    const given = read('a', '-qn3', '--header', 'x: 1', '-H', 'y: 2', '--header=z: 3', 'b')
    expect(given.positionals).toEqual(['a', 'b'])
    expect([given.has('quiet'), given.has('json')]).toEqual([true, false])
    expect(given.text('count')).toBe('3')
    expect(given.all('header')).toEqual(['x: 1', 'y: 2', 'z: 3'])
    expect(given.all('json')).toEqual([])
    expect(given.text('json')).toBeUndefined()
  })

  it('counts the last of a value that is given twice', () => {
    expect(read('-n', '1', '-n', '2').text('count')).toBe('2')
  })

  it('may have a value that is empty, a dash alone, or begins with one after =', () => {
    expect(read('--count=').text('count')).toBe('')
    expect(read('--count', '-').text('count')).toBe('-')
    expect(read('--count=-5').text('count')).toBe('-5')
  })

  it('has only positionals after --', () => {
    expect(read('--', '--json').positionals).toEqual(['--json'])
  })

  it.each<[argv: string[], message: string]>([
    [['--jsn'], 'there is no option --jsn, did you mean --json?'],
    [['--nothing-like-it=5'], 'there is no option --nothing-like-it'],
    [['-N', '1'], 'there is no option -N, did you mean -n?'],
    [['-z'], 'there is no option -z'],
    [['--constructor'], 'there is no option --constructor'],
    [['--json=1'], '--json takes no value'],
    [['--count'], '--count expects N'],
    [['-n'], '-n expects N'],
    [['-n', '--json'], '-n expects N; if the value begins with a dash, write --count=--json'],
  ])('%j is refused', (argv, message) => {
    expect(() => read(...argv)).toThrow(new UsageError(message))
  })
})

it('suggests a word, or nothing', () => {
  expect(suggestion('lisen', ['listen'])).toBe(', did you mean listen?')
  expect(suggestion('xyz', ['listen'])).toBe('')
})
