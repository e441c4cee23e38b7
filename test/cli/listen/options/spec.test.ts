import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Option } from '../../../../cli/command-line/args.ts'
import { renderManual, usageOf } from '../../../../cli/command-line/help.ts'
import { readListenOptions } from '../../../../cli/listen/options/options.ts'
import { LISTEN_MANUAL, LISTEN_OPTIONS } from '../../../../cli/listen/options/spec.ts'
import { plain } from '../../../../cli/terminal/palette.ts'

const [doc = ''] = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8').split(
  '\n## headwater mock',
)
const help = renderManual(LISTEN_MANUAL, plain)
const usages = Object.entries<Option>(LISTEN_OPTIONS).map(([name, option]) => usageOf(name, option))

describe('docs/cli.md', () => {
  it('has the options of the parser, in its order and notation', () => {
    const [, section = ''] = /### Options\n(.*?)\n### /s.exec(doc) ?? []
    const documented = [...section.matchAll(/^\| (`-.*?) \| /gm)].map(([, cell = '']) =>
      cell.replaceAll('`', '').replaceAll('\\|', '|'),
    )
    expect(documented).toEqual(usages)
  })

  it('names no option that there is not', () => {
    const known = Object.keys(LISTEN_OPTIONS)
    const named = [...doc.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  it('has the exit codes of the help', () => {
    const codes = [...doc.matchAll(/^\| ([\d, ]+) \|/gm)].map(([, code]) => code)
    expect(codes).toEqual(LISTEN_MANUAL.exitCodes.map(([code]) => code))
  })

  it('has the recipes of the help', () => {
    for (const [what] of LISTEN_MANUAL.examples) {
      if (!/heartbeats|measure/.test(what)) expect(doc).toContain(`# ${what}`)
    }
  })
})

describe('the help', () => {
  it('has every option', () => {
    for (const usage of usages) expect(help).toContain(usage)
  })

  it('has six examples, whose options there are', () => {
    expect(LISTEN_MANUAL.examples).toHaveLength(6)
    for (const [, command] of LISTEN_MANUAL.examples) {
      // Up to where the shell takes over.
      const [own = ''] = command.replace(/\\\n */g, '').split(/ [|>] /)
      const words = [...own.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
      expect(words.slice(0, 2)).toEqual(['headwater', 'listen'])
      expect(() => readListenOptions(words.slice(2))).not.toThrow()
    }
  })

  it('fits a terminal of 130 columns', () => {
    expect(help.split('\n').filter((line) => line.length > 130)).toEqual([])
  })
})
