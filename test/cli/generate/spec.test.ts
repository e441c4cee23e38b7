import { expect, it } from 'vitest'
import { GENERATE_MANUAL, GENERATE_OPTIONS } from '../../../cli/generate/spec.ts'

it('every option of generate has its help', () => {
  const shown = GENERATE_MANUAL.groups.flatMap(([, options]) => Object.keys(options))
  expect(shown).toEqual(Object.keys(GENERATE_OPTIONS))
})
