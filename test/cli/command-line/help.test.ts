import { expect, it } from 'vitest'
import { type Manual, renderManual, table, usageOf } from '../../../cli/command-line/help.ts'
import { plain } from '../../../cli/terminal/palette.ts'

const MANUAL: Manual = {
  synopsis: 'headwater x',
  about: 'Does x.',
  groups: [
    ['How', { all: { short: 'a', help: 'all of it' }, name: { value: 'N', repeatable: true, help: 'one\ntwo' } }],
  ],
  examples: [['simply', 'headwater x -a']],
  exitCodes: [['0', 'good']],
  environment: [['HOME', 'where']],
}

it.each([
  ['all', { short: 'a', help: '' }, '-a, --all'],
  ['name', { value: 'N', help: '' }, '--name N'],
  ['header', { short: 'H', value: "'a: b'", help: '' }, "-H, --header 'a: b'"],
])('an option is written as it is typed: %s', (name, option, usage) => {
  expect(usageOf(name, option)).toBe(usage)
})

it('a manual has all its parts', () => {
  expect(renderManual(MANUAL, plain)).toBe(
    `
Usage: headwater x

Does x.

How
  -a, --all                         all of it
      --name N                      one
                                    two (repeatable)

Examples
  # simply
  headwater x -a

Exit codes
  0           good

Environment
  HOME                      where
`.slice(1),
  )
})

it('titles are bold where there are styles', () => {
  expect(renderManual(MANUAL, (style, text) => `<${style}>${text}</>`)).toContain('<bold>How</>')
})

it('a table keeps its columns', () => {
  expect(
    table(
      [
        ['a', 'b\nc'],
        ['dd', 'e'],
      ],
      4,
    ),
  ).toBe('  a   b\n      c\n  dd  e')
})
