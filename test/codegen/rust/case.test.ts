import { describe, expect, it } from 'vitest'
import { applyCase, CASES } from '../../../codegen/rust/case.ts'

/** The table of serde's own tests, and what its code says of names that are not there. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  Outcome: ['outcome', 'OUTCOME', 'Outcome', 'outcome', 'outcome', 'OUTCOME', 'outcome', 'OUTCOME'],
  VeryTasty: [
    'verytasty',
    'VERYTASTY',
    'VeryTasty',
    'veryTasty',
    'very_tasty',
    'VERY_TASTY',
    'very-tasty',
    'VERY-TASTY',
  ],
  Z42: ['z42', 'Z42', 'Z42', 'z42', 'z42', 'Z42', 'z42', 'Z42'],
  HTTPError: [
    'httperror',
    'HTTPERROR',
    'HTTPError',
    'hTTPError',
    'h_t_t_p_error',
    'H_T_T_P_ERROR',
    'h-t-t-p-error',
    'H-T-T-P-ERROR',
  ],
}
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  outcome: ['outcome', 'OUTCOME', 'Outcome', 'outcome', 'outcome', 'OUTCOME', 'outcome', 'OUTCOME'],
  very_tasty: [
    'very_tasty',
    'VERY_TASTY',
    'VeryTasty',
    'veryTasty',
    'very_tasty',
    'VERY_TASTY',
    'very-tasty',
    'VERY-TASTY',
  ],
  z42: ['z42', 'Z42', 'Z42', 'z42', 'z42', 'Z42', 'z42', 'Z42'],
  _id: ['_id', '_ID', 'Id', 'id', '_id', '_ID', '-id', '-ID'],
}

describe('rename_all', () => {
  it.each(Object.entries(VARIANTS))('writes the variant %s by each rule', (name, names) => {
    expect(CASES.map((rule) => applyCase(rule, 'variant', name))).toEqual(names)
  })

  it.each(Object.entries(FIELDS))('writes the field %s by each rule', (name, names) => {
    expect(CASES.map((rule) => applyCase(rule, 'field', name))).toEqual(names)
  })

  it('leaves a name alone without a rule, and with one that there is not', () => {
    expect(applyCase(undefined, 'field', 'very_tasty')).toBe('very_tasty')
    expect(applyCase('constructor', 'field', 'very_tasty')).toBe('very_tasty')
  })
})
