import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/command-line/args.ts'
import { readGenerateOptions } from '../../../cli/generate/options.ts'

describe('the options of generate', () => {
  it('have defaults', () => {
    expect(readGenerateOptions(['models', 'more/*.rs', '-o', 'src/events'])).toEqual({
      sources: ['models', 'more/*.rs'],
      out: 'src/events',
      rust: { types: [], nameCase: 'keep', int64: 'number', map: new Map() },
      output: { publisher: false, extension: 'js' },
      check: false,
      diff: undefined,
      watch: false,
      quiet: false,
    })
  })

  it('say what to write', () => {
    const argv = ['a', '-o', 'b', '--schemas', 'zod', '--publisher', '--extension', 'none']
    expect(readGenerateOptions(argv).output).toEqual({ schemas: 'zod', publisher: true, extension: 'none' })
  })

  it('say how Rust is read', () => {
    const maps = ['--map', 'Money=number', '--map', 'a::Id=string:uuid', '--map', 'Any=unknown']
    const argv = ['a', '-o', 'b', '--types', 'c', '--types', 'd', '--case', 'dot', '--int64', 'error', ...maps]
    expect(readGenerateOptions(argv).rust).toEqual({
      types: ['c', 'd'],
      nameCase: 'dot',
      int64: 'error',
      map: new Map<string, unknown>([
        ['Money', { type: 'number' }],
        ['a::Id', { type: 'string', format: 'uuid' }],
        ['Any', true],
      ]),
    })
  })

  it.each<[argv: string[], line: string]>([
    [[], 'generate wants a source: a file, a folder or a glob, such as models/sse'],
    [['models'], 'generate wants --out FOLDER, such as --out src/events'],
    [['models', '-o', 'x', '--check', '--watch'], '--check and --watch exclude each other'],
    [['models', '--diff', ''], '--diff wants an event map, such as events.json of the main branch'],
    [['models', '--out', ''], 'generate wants --out FOLDER, such as --out src/events'],
    [['models', '-o', 'x', '--schemas', 'joi'], '--schemas wants one of plain, zod, valibot, not "joi"'],
    [['models', '-o', 'x', '--case', 'Snake'], '--case wants one of keep, snake, dot, kebab, not "Snake"'],
    [['models', '-o', 'x', '--int64', ''], '--int64 wants one of number, string, bigint, error, not ""'],
    [
      ['models', '-o', 'x', '--map', 'Money=cents'],
      '--map wants NAME=TYPE, where TYPE is string, string:FORMAT, number, integer, boolean or unknown, not "Money=cents"',
    ],
    [
      ['models', '-o', 'x', '--map', 'Money=number:x'],
      '--map wants NAME=TYPE, where TYPE is string, string:FORMAT, number, integer, boolean or unknown, not "Money=number:x"',
    ],
    [['models', '--outs', 'x'], 'there is no option --outs, did you mean --out?'],
  ])('refuse %j in one line', (argv, line) => {
    expect(() => readGenerateOptions(argv)).toThrow(new UsageError(line))
  })
})
