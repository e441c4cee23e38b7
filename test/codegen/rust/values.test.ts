import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { generateFrom } from '../stage.ts'

/*
 * What serde_json writes for a declaration, by serde's documentation, fits the schema that is made of it. What it does not write,
 * does not. The values are written by hand: there is no serde here.
 */

const ajv = new Ajv2020({ strict: false })
formats.default(ajv)

interface Row {
  readonly rust: string
  readonly written: readonly unknown[]
  readonly not: readonly unknown[]
}

const UUID = '67e55044-10b1-426f-9247-bb680e5fe0c8'
const E = 'enum E { Unit, New(u8), Tup(u8, String), Rec { a_b: bool } }'

const STRUCTS: readonly Row[] = [
  {
    rust: 'pub struct X { a: String, b: Option<i32>, c: bool }',
    written: [
      { a: '', b: 1, c: true },
      { a: 'x', b: null, c: false },
    ],
    not: [{}, { a: 'x', c: true }, { a: 1, b: null, c: true }, { a: '', b: 1.5, c: true }, null, []],
  },
  { rust: 'pub struct X;', written: [null], not: [{}, []] },
  { rust: 'pub struct X {}', written: [{}], not: [null] },
  { rust: 'pub struct X();', written: [[]], not: [null, [1], {}] },
  { rust: 'pub struct X(Uuid);', written: [UUID], not: [[UUID], 'x', null] },
  {
    rust: 'pub struct X(u8, Option<char>);',
    written: [
      [1, 'a'],
      [255, null],
    ],
    not: [[256, 'a'], [1], [1, 'ab'], [1, 'a', 2]],
  },
  { rust: 'pub struct X(u8, #[serde(skip)] u8, u16);', written: [[1, 2]], not: [[1, 2, 3]] },
  {
    rust: '#[serde(transparent)] pub struct X { a: Vec<u8>, #[serde(skip)] b: u8 }',
    written: [[1]],
    not: [{ a: [1] }],
  },
  {
    rust: '#[serde(rename_all = "camelCase")] pub struct X { first_name: u8, #[serde(rename = "ID")] id: u8 }',
    written: [{ firstName: 1, ID: 2 }],
    not: [
      { first_name: 1, ID: 2 },
      { firstName: 1, id: 2 },
    ],
  },
  {
    rust: '#[serde(rename_all(serialize = "UPPERCASE", deserialize = "camelCase"))] pub struct X { #[serde(rename(deserialize = "z"))] a: u8, #[serde(alias = "q", default)] b: u8 }',
    written: [{ A: 1, B: 1 }],
    not: [{ a: 1, B: 1 }, { A: 1 }, { z: 1, B: 1 }],
  },
  {
    rust: 'pub struct X { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8>, #[serde(skip_serializing_if = "Vec::is_empty")] b: Vec<u8>, #[serde(skip)] c: u8, #[serde(skip_deserializing)] d: u8, #[serde(skip_serializing)] e: u8 }',
    written: [{ d: 1 }, { a: 1, b: [1], d: 1 }],
    not: [{ a: null, d: 1 }, {}],
  },
  {
    rust: '#[serde(tag = "type")] pub struct X { a: u8 }',
    written: [{ type: 'X', a: 1 }],
    not: [{ a: 1 }, { type: 'Y', a: 1 }],
  },
  {
    rust: 'pub struct X(u8, #[serde(skip_serializing_if = "Option::is_none")] Option<u8>);',
    written: [[1], [1, 2]],
    not: [[], [1, 2, 3]],
  },
  {
    rust: 'pub struct X { #[serde(with = "D")] d: time::Duration } #[derive(Serialize)] #[serde(remote = "time::Duration")] pub struct D { secs: i32 }',
    written: [{ d: { secs: 1 } }],
    not: [{ d: 1 }],
  },
  {
    rust: '#[serde(tag = "type", rename = "y")] pub struct X { a: u8, #[serde(flatten)] b: B } #[derive(Serialize)] struct B { b: u8 }',
    written: [{ type: 'y', a: 1, b: 2 }],
    not: [
      { a: 1, b: 2 },
      { type: 'y', a: 1 },
    ],
  },
  {
    rust: 'pub struct X { #[cfg(unix)] a: u8, #[cfg(not(unix))] a: String }',
    written: [{ a: 1 }, { a: 'x' }],
    not: [{ a: true }],
  },
  {
    rust: 'pub struct X(HashMap<String, X>);',
    written: [{}, { a: { b: {} } }],
    not: [{ a: 1 }],
  },
  { rust: 'pub struct X { next: Option<Box<Self>> }', written: [{ next: { next: null } }], not: [{ next: {} }] },
  { rust: '#[serde(into = "String")] pub struct X { a: u8 }', written: ['x'], not: [{ a: 1 }] },
]

const FLAT: readonly Row[] = [
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] p: P } #[derive(Serialize)] struct P { limit: u32, total: u32 }',
    written: [{ id: 1, limit: 2, total: 3 }],
    not: [{ id: 1 }, { id: 1, p: { limit: 2, total: 3 } }],
  },
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] rest: HashMap<String, bool> }',
    written: [{ id: 1 }, { id: 1, a: true }],
    not: [{ id: 1, a: 1 }],
  },
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] rest: serde_json::Map<String, Value> }',
    written: [{ id: 1 }, { id: 1, a: [] }],
    not: [{ a: 1 }],
  },
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] p: Option<P> } #[derive(Serialize)] struct P { limit: u32 }',
    written: [{ id: 1 }, { id: 1, limit: 2 }],
    not: [{ id: 1, limit: 'x' }, { limit: 2 }],
  },
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] e: E } #[derive(Serialize)] #[serde(tag = "t")] enum E { A { a: u8 }, B }',
    written: [
      { id: 1, t: 'A', a: 1 },
      { id: 1, t: 'B' },
    ],
    not: [{ id: 1 }, { id: 1, t: 'A' }, { id: 1, t: 'C' }],
  },
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] e: E } #[derive(Serialize)] enum E { A(u8), B { b: u8 }, C(u8, u8) }',
    written: [
      { id: 1, A: 1 },
      { id: 1, B: { b: 1 } },
      { id: 1, C: [1, 2] },
    ],
    not: [{ id: 1 }, { id: 1, A: 'x' }],
  },
  {
    rust: 'pub struct X { id: u8, #[serde(flatten)] u: U, #[serde(flatten)] n: N, #[serde(flatten)] v: Value } #[derive(Serialize)] struct U; #[derive(Serialize)] struct N(P); #[derive(Serialize)] struct P { p: u8 }',
    written: [{ id: 1, p: 1 }],
    not: [{ id: 1 }, null],
  },
  {
    rust: 'pub struct X { id: String, #[serde(flatten)] p: P, #[serde(flatten)] m: HashMap<String, u8> } #[derive(Serialize)] struct P { p: bool }',
    written: [{ id: 'x', p: true, k: 1 }],
    not: [{ id: 'x', p: true, k: 'x' }, { id: 'x' }],
  },
  {
    rust: 'pub struct X { id: String, #[serde(flatten)] p: Option<P> } #[derive(Serialize)] struct P { p: bool, #[serde(flatten)] q: Q } #[derive(Serialize)] struct Q { q: bool, #[serde(flatten)] m: HashMap<String, u8> }',
    written: [{ id: 'x' }, { id: 'x', p: true, q: true, k: 1 }],
    not: [
      { id: 'x', p: true, q: true, k: 'x' },
      { id: 'x', q: 1 },
    ],
  },
  {
    rust: 'pub struct X { e: E } #[derive(Serialize)] #[serde(tag = "t")] enum E { A(P), B(Q) } #[derive(Serialize)] struct P { p: bool, #[serde(flatten)] m: HashMap<String, u8> } #[derive(Serialize)] struct Q { #[serde(flatten)] m: HashMap<String, bool>, #[serde(flatten)] n: HashMap<String, u8> }',
    written: [{ e: { t: 'A', p: true, k: 1 } }, { e: { t: 'B', k: true, l: 1 } }],
    not: [{ e: { t: 'A', p: true, k: 'x' } }, { e: { t: 'B', k: 'x' } }],
  },
  {
    rust: 'pub struct X { id: String, #[serde(flatten)] rest: Option<HashMap<String, u8>> }',
    written: [{ id: 'x' }, { id: 'x', a: 1 }],
    not: [{ id: 'x', a: 'y' }],
  },
]

const ENUMS: readonly Row[] = [
  {
    rust: `pub ${E}`,
    written: ['Unit', { New: 1 }, { Tup: [1, 'x'] }, { Rec: { a_b: true } }],
    not: ['New', { Unit: null }, { New: 'x' }, { Tup: [1] }, { Rec: {} }, { New: 1, Tup: [1, 'x'] }, null],
  },
  {
    rust: '#[serde(rename_all = "snake_case")] pub enum X { VeryTasty, #[serde(rename = "no")] Not, #[serde(skip)] Gone }',
    written: ['very_tasty', 'no'],
    not: ['VeryTasty', 'Gone', 'gone'],
  },
  {
    rust: '#[serde(untagged)] pub enum X { Unit, New(u8), Tup(u8, String), Rec { a_b: bool } }',
    written: [null, 1, [1, 'x'], { a_b: true }],
    not: ['Unit', { a_b: 1 }, [1], 'x'],
  },
  {
    rust: 'pub struct X { e: E } #[derive(Serialize)] #[serde(tag = "t", rename_all_fields = "camelCase")] enum E { Unit, New(P), Rec { a_b: bool } } #[derive(Serialize)] struct P { a: u8 }',
    written: [{ e: { t: 'Unit' } }, { e: { t: 'New', a: 1 } }, { e: { t: 'Rec', aB: true } }],
    not: [{ e: 'Unit' }, { e: { t: 'New' } }, { e: { t: 'Rec', a_b: true } }, { e: {} }],
  },
  {
    rust: 'pub struct X { e: E } #[derive(Serialize)] #[serde(tag = "t")] enum E { A(U), B(HashMap<String, u8>), C(()), D(Value), F(N), G(#[serde(skip)] u8) } #[derive(Serialize)] struct U; #[derive(Serialize)] struct N(P); #[derive(Serialize)] struct P { p: u8 }',
    written: [
      { e: { t: 'A' } },
      { e: { t: 'B', k: 1 } },
      { e: { t: 'C' } },
      { e: { t: 'D', d: [] } },
      { e: { t: 'F', p: 1 } },
      { e: { t: 'G' } },
    ],
    not: [{ e: { t: 'B', k: 'x' } }, { e: { t: 'F' } }, { e: { t: 'H' } }],
  },
  {
    rust: 'pub struct X { e: E } #[derive(Serialize)] #[serde(tag = "t", content = "c", rename_all = "lowercase")] enum E { Unit, New(u8), Tup(u8, u8), #[serde(rename_all = "UPPERCASE")] Rec { a_b: bool } }',
    written: [
      { e: { t: 'unit' } },
      { e: { t: 'new', c: 1 } },
      { e: { t: 'tup', c: [1, 2] } },
      { e: { t: 'rec', c: { A_B: true } } },
    ],
    not: [{ e: { t: 'new' } }, { e: { t: 'Unit' } }, { e: { t: 'rec', c: { a_b: true } } }],
  },
  {
    rust: 'pub struct X { e: E } #[derive(Serialize)] #[serde(tag = "t")] enum E { A { a: u8 }, #[serde(untagged)] Other(String) }',
    written: [{ e: { t: 'A', a: 1 } }, { e: 'anything' }],
    not: [{ e: { t: 'Other' } }, { e: 1 }],
  },
]

const TYPES: readonly (readonly [type: string, written: unknown[], not: unknown[]])[] = [
  ['i8', [-128, 127], [128, 1.5, '1']],
  ['u16', [0, 65_535], [-1, 65_536]],
  ['u32', [4_294_967_295], [4_294_967_296]],
  ['f64', [1.5, -1], ['1']],
  ['char', ['a', '😀'], ['', 'ab']],
  ["&'static str", ['x'], [1]],
  ["Cow<'a, str>", ['x'], [1]],
  ["Cow<'a, [u8]>", [[1]], ['x']],
  ['()', [null], [[], {}]],
  ['(u8,)', [[1]], [1, []]],
  ['(u8, (bool, String))', [[1, [true, 'x']]], [[1], [1, [true]]]],
  [
    '[u8; 3]',
    [[1, 2, 3]],
    [
      [1, 2],
      [1, 2, 3, 4],
    ],
  ],
  ['Vec<Option<u8>>', [[1, null], []], [null, ['x']]],
  ['std::collections::BTreeSet<String>', [['x']], [{}]],
  ['Option<Option<u8>>', [1, null], ['x']],
  ['Box<Arc<Mutex<u8>>>', [1], [{}]],
  ['HashMap<String, u8>', [{ a: 1 }, {}], [{ a: 'x' }, []]],
  ['HashMap<u32, Vec<u8>>', [{ 1: [2] }], [{ 1: 2 }]],
  ['BTreeMap<Uuid, Value>', [{ [UUID]: null }], [[]]],
  ['serde_json::Value', [1, null, {}, 'x'], []],
  ['DateTime<Utc>', ['2015-05-15T17:01:00Z', '2015-05-15T17:01:00.123456789+02:00'], ['2015-05-15T17:01:00', 1]],
  ['NaiveDate', ['2015-09-18'], ['2015-09-18T00:00:00Z']],
  ['NaiveDateTime', ['2015-09-18T23:56:04', '2015-09-18T23:56:04.000000001'], ['2015-09-18 23:56:04', '2015-09-18']],
  ['NaiveTime', ['23:56:04', '23:56:04.5'], ['23:56']],
  ['chrono::Weekday', ['Mon'], ['Monday']],
  ['std::time::Duration', [{ secs: 1, nanos: 5 }], [1, { secs: 1 }]],
  ['SystemTime', [{ secs_since_epoch: 1, nanos_since_epoch: 0 }], [1]],
  ['Uuid', [UUID], ['x']],
  ['IpAddr', ['127.0.0.1', '::1'], [1]],
  ['Decimal', ['1.10'], [1.1]],
  ['Result<u8, String>', [{ Ok: 1 }, { Err: 'x' }], [1, { Ok: 'x' }, {}]],
  ['PhantomData<Foo>', [null], [1]],
  ['NonZeroU8', [1], [0]],
  ['u64', [0, 2 ** 53], [-1, 1.5]],
  ['AtomicU8', [1], [256]],
  ['Range<u8>', [{ start: 0, end: 2 }], [{ start: 0 }, [0, 2]]],
  ['chrono::Month', ['May'], ['may']],
]

async function check({ rust, written, not }: Row): Promise<void> {
  const { document, lines } = await generateFrom({ 'a_sse.rs': `#[derive(Serialize)]\n${rust}` })
  expect(lines.filter((line) => !line.includes('warning'))).toEqual([])
  const [event] = Object.values(document.events)
  const fits = ajv.compile({ $defs: document.$defs, allOf: [event?.schema ?? false] })
  const verdicts = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}: ${fits(value)}`)
  expect(verdicts(written)).toEqual(written.map((value) => `${JSON.stringify(value)}: true`))
  expect(verdicts(not)).toEqual(not.map((value) => `${JSON.stringify(value)}: false`))
}

describe('the values that serde_json writes, and no others, fit', () => {
  it.each([...STRUCTS, ...FLAT, ...ENUMS])('$rust', check)

  it.each(TYPES)('%s', async (type, written, not) => {
    const inside = (values: readonly unknown[]) => values.map((v) => ({ v }))
    await check({ rust: `pub struct X<'a> { v: ${type} }`, written: inside(written), not: inside(not) })
  })
})
