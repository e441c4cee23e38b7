import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../cli/command-line/args.ts'
import { readGenerateOptions } from '../../../cli/generate/options.ts'

describe('the options of generate', () => {
  it('have defaults', () => {
    expect(readGenerateOptions(['models', 'more/*.rs', '-o', 'src/events'])).toEqual({
      sources: ['models', 'more/*.rs'],
      out: 'src/events',
      quiet: false,
    })
  })

  it.each<[argv: string[], line: string]>([
    [[], 'generate wants a source: a file, a folder or a glob, such as models/sse'],
    [['models'], 'generate wants --out FOLDER, such as --out src/events'],
    [['models', '--out', ''], 'generate wants --out FOLDER, such as --out src/events'],
    [['models', '--outs', 'x'], 'there is no option --outs, did you mean --out?'],
  ])('refuse %j in one line', (argv, line) => {
    expect(() => readGenerateOptions(argv)).toThrow(new UsageError(line))
  })
})
