import { describe, expect, it } from 'vitest'
import { generateFrom, refusalOf } from '../stage.ts'

const MONEY = { type: 'object', properties: { amount: { type: 'number' }, unit: { $ref: '#/$defs/Unit' } } }
const unit = (...units: string[]) => ({ Unit: { enum: units } })

describe('files', () => {
  it('refer to others, in JSON and YAML', async () => {
    const { document, lines } = await generateFrom(
      {
        'order.created.json': { properties: { total: { $ref: 'shared/money.yaml#/$defs/money' } } },
        'shared/money.yaml': '$defs:\n  money:\n    properties:\n      note: { $ref: "../note.json" }\n',
        'note.json': { type: 'string' },
      },
      { sources: ['order.created.json'] },
    )
    expect(lines).toEqual([])
    expect(document.$defs).toEqual({
      OrderCreated: { type: 'object', properties: { total: { $ref: '#/$defs/Money' } } },
      Money: { type: 'object', properties: { note: { $ref: '#/$defs/Note' } } },
      Note: { type: 'string' },
    })
  })

  it('share what is the same in each of them', async () => {
    const shared = { properties: { m: { $ref: '#/$defs/Money' } }, $defs: { Money: MONEY, ...unit('EUR') } }
    const { document, lines } = await generateFrom({ 'a.json': shared, 'b.json': shared })
    expect(lines).toEqual([])
    expect(Object.keys(document.$defs)).toEqual(['A', 'Money', 'Unit', 'B'])
  })

  it('may not have two definitions of one name, even where only what they refer to differs', async () => {
    const file = (...units: string[]) => ({
      properties: { m: { $ref: '#/$defs/Money' } },
      $defs: { Money: MONEY, ...unit(...units) },
    })
    expect(await refusalOf({ 'a.json': file('EUR'), 'b.json': file('USD') })).toMatch(
      /^b\.json:1:\d+: the name Unit is taken by another definition \(a\.json:1:\d+\): rename one$/,
    )
  })

  it.each<[what: string, files: Record<string, unknown>, line: string | RegExp]>([
    ['JSON that ends too early', { 'a.json': '{\n"a": ' }, /^a\.json:2:6: is not JSON: /],
    ['JSON with a comma too many', { 'a.json': '{\n"a": 1,\n}' }, /^a\.json:3:1: is not JSON: /],
    ['YAML that is none', { 'a.yaml': 'a: [1\nb: 2' }, /^a\.yaml:2:\d: is not YAML: /],
    ['a keyword in YAML', { 'a.yaml': 'type: object\nproperties:\n  b:\n    not: {}\n' }, /^a\.yaml:4:5: not is not/],
    ['an item in YAML', { 'a.yaml': 'anyOf:\n  - 1\n' }, /^a\.yaml:2:5: a schema is expected/],
    ['a file that is not there', { 'a.json': { $ref: 'b.json' } }, /^a\.json: a \$ref leads nowhere: .*b\.json/],
    ['an address', { 'a.json': { $ref: 'http://example.com/b.json' } }, /^a\.json: a \$ref leads nowhere: /],
    ['a text alone', { 'a.json': '"x"' }, 'a.json: expected an object: an event map, JSON Schema, OpenAPI or AsyncAPI'],
  ])('are refused in one line: %s', async (_, files, line) => {
    const refusal = await refusalOf(files)
    expect(refusal).toMatch(line)
    expect(refusal).not.toContain('\n')
  })
})
