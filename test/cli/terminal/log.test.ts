import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { createLog } from '../../../cli/terminal/log.ts'
import { plain } from '../../../cli/terminal/palette.ts'
import { Screen } from '../terminal.ts'

it.each<['quiet' | 'normal' | 'verbose', string[]]>([
  ['quiet', ['said']],
  ['normal', ['-- noted', 'said']],
  ['verbose', ['-- noted', '< a', '< b', 'said']],
])('%s says %j', (verbosity, lines) => {
  const screen = new Screen()
  const log = createLog(screen, verbosity, createClock(), plain)
  log.note('noted')
  log.detail(['< a', '< b'])
  log.say('said')
  expect(screen.lines).toEqual(lines)
})

it('says when, but for what is said in any case', () => {
  const screen = new Screen()
  const log = createLog(screen, 'verbose', { now: () => new Date(2026, 0, 1, 9, 8, 7, 6).getTime() }, plain)
  log.note('a')
  log.detail(['b'])
  log.say('c')
  expect(screen.text).toBe('09:08:07.006 -- a\n09:08:07.006 b\nc\n')
})
