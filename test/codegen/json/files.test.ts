import { describe, expect, it } from 'vitest'
import { generateFrom, refusalOf } from '../stage.ts'

const MONEY = { type: 'object', properties: { amount: { type: 'number' }, unit: { $ref: '#/$defs/Unit' } } }
const unit = (...units: string[]) => ({ Unit: { enum: units } })

/** Aliases of aliases, each ten times the one before. */
const laughs = (depth: number): string =>
  Array.from({ length: depth }, (_, n) => `a${n}: &a${n} [${Array(10).fill(n ? `*a${n - 1}` : 'x')}]`).join('\n')

describe('files', () => {
  it('may begin with a byte order mark', async () => {
    const { document } = await generateFrom({ 'a.json': '\ufeff{"type":"null"}', 'b.yaml': '\ufefftype: "null"' })
    expect(document.$defs).toEqual({ A: { type: 'null' }, B: { type: 'null' } })
  })

  it('have the place of a thousand mistakes at once', async () => {
    const names = Array.from({ length: 1000 }, (_, n) => `p${n}`)
    const yaml = `properties:\n${names.map((name) => `  ${name}: { not: {} }\n`).join('')}`
    const lines = (await refusalOf({ 'a.yaml': yaml })).split('\n')
    expect([lines.length, lines.at(-1)]).toEqual([1000, expect.stringMatching(/^a\.yaml:1001:\d+: not is/)])
  })

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
    ['JSON that ends too early', { 'a.json': '{\n"a": ' }, 'a.json:2:6: is not JSON: expected a value'],
    ['JSON with a comma too many', { 'a.json': '{\n"a": 1,\n}' }, 'a.json:3:1: is not JSON: expected a name'],
    ['no text', { 'a.json': '' }, 'a.json:1:1: is not JSON: expected a value'],
    ['YAML that is none', { 'a.yaml': 'a: [1\nb: 2' }, /^a\.yaml:2:\d: is not YAML: /],
    ['a keyword in YAML', { 'a.yaml': 'type: object\nproperties:\n  b:\n    not: {}\n' }, /^a\.yaml:4:5: not is not/],
    ['an item in YAML', { 'a.yaml': 'anyOf:\n  - 1\n' }, /^a\.yaml:2:5: a schema is expected/],
    ['an item below a number as key', { 'a.yaml': 'properties:\n  200:\n    not: {}\n' }, /^a\.yaml:3:5: not is not/],
    ['several documents', { 'a.yaml': 'a: 1\n---\nb: 2' }, /^a\.yaml:2:1: is not YAML: there are several documents/],
    ['an alias in itself', { 'a.yaml': 'a: &a\n  b: *a' }, 'a.yaml:2:6: an alias leads back to what it stands in'],
    ['too many aliases', { 'a.yaml': laughs(9) }, /^a\.yaml: its aliases cannot be resolved: Excessive alias count/],
    ['a number without end', { 'a.yaml': 'minimum: .inf' }, 'a.yaml:1:1: minimum: expected a number'],
    ['a number without end in JSON', { 'a.json': '{"minimum":1e999}' }, 'a.json:1:2: minimum: expected a number'],
    ['a constant that is no number', { 'a.yaml': 'const: .nan' }, 'a.yaml:1:1: const: expected a value of JSON'],
    [
      'a file that is not there',
      { 'a.json': { $ref: 'b.json' } },
      'a.json:1:2: "b.json" leads nowhere: there is no such file',
    ],
    [
      'a file that another one refers to',
      { 'a.json': { $ref: 'b.json' }, 'b.json': { items: { $ref: 'c.json' } } },
      'b.json:1:11: "c.json" leads nowhere: there is no such file',
    ],
    [
      'a file that does not parse, and that another one refers to',
      { 'a.json': { $ref: 'b.yaml' }, 'b.yaml': 'a: [' },
      /^b\.yaml:1:5: is not YAML: /,
    ],
    [
      'an address',
      { 'a.json': { items: { $ref: 'http://example.com/b.json' } } },
      'a.json:1:11: "http://example.com/b.json" is not fetched: save the file beside this one, and refer to it by its path',
    ],
    ['a broken escape', { 'a.json': { $ref: '#/a%zz' } }, 'a.json:1:2: $ref leads nowhere: "#/a%zz"'],
    ['a broken address', { 'a.json': { $ref: '//[' } }, 'a.json:1:2: "//[" is no path of a file'],
    [
      'another encoding',
      { 'a.json': Buffer.from('{"title":"\xe9"}', 'latin1') },
      'a.json: is not UTF-8: save it in this encoding',
    ],
    ['a text alone', { 'a.json': '"x"' }, 'a.json: expected an object: an event map, JSON Schema, OpenAPI or AsyncAPI'],
  ])('are refused in one line: %s', async (_, files, line) => {
    const refusal = await refusalOf(files, { sources: [Object.keys(files)[0] ?? ''] })
    if (typeof line === 'string') expect(refusal).toBe(line)
    else expect(refusal).toMatch(line)
    expect(refusal).not.toContain('\n')
  })
})
