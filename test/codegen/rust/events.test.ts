import { describe, expect, it } from 'vitest'
import type { Schema } from '../../../codegen/pivot/document.ts'
import { DEFAULTS, generateFrom } from '../stage.ts'

const S = '#[derive(Serialize)]'
const rust = (more: Partial<typeof DEFAULTS.rust>) => ({ rust: { ...DEFAULTS.rust, ...more } })

/** The names of events, and which types they carry. */
async function events(text: string, more: Partial<typeof DEFAULTS.rust> = {}, files: Record<string, string> = {}) {
  const { document, lines } = await generateFrom({ 'a_sse.rs': text, ...files }, rust(more))
  expect(lines).toEqual([])
  return Object.fromEntries(
    Object.entries(document.events).map(([name, { schema, ...rest }]) => [name, { ...(schema as object), ...rest }]),
  )
}
const ref = (name: string) => ({ $ref: `#/$defs/${name}` })

describe('the events of Rust', () => {
  it('are the structs that no other uses', async () => {
    const text = `${S} pub struct A { b: Vec<Option<B>> } ${S} pub struct B; ${S} struct Private; pub struct Other; ${S} pub struct C { c: Option<Box<C>> }`
    expect(await events(text)).toEqual({ A: ref('A'), C: ref('C') })
  })

  it('are those that only a type without Serialize uses, too', async () => {
    expect(await events(`${S} pub struct A; pub struct Service { last: A }`)).toEqual({ A: ref('A') })
  })

  it('are no types that others are written as', async () => {
    const text = `${S} #[serde(into = "B")] pub struct A; ${S} pub struct B; ${S} #[serde(remote = "x::D")] pub struct D;`
    expect(await events(text)).toEqual({ A: ref('A') })
  })

  it('are named by a comment or an attribute, with topic and end', async () => {
    const text = `
      // @sse comment.added topic=comments
      ${S} pub struct A;
      /// Over.
      #[sse(event = "job.done", topic = "jobs", terminal)]
      #[deprecated(note = "x")]
      ${S} pub struct B;
      /* @sse */ ${S} struct C { d: D }
      // @sse skip
      ${S} pub struct E;
      ${S} /* no mark: @sse x */ pub struct F;
      // @sse d
      ${S} struct D;`
    expect(await events(text)).toEqual({
      'comment.added': { ...ref('A'), topic: 'comments' },
      'job.done': { ...ref('B'), topic: 'jobs', terminal: true, deprecated: true, description: 'Over.' },
      C: ref('C'),
      F: ref('F'),
      d: ref('D'),
    })
  })

  it.each([
    ['keep', 'HTTPErrorSeen'],
    ['snake', 'http_error_seen'],
    ['dot', 'http.error.seen'],
    ['kebab', 'http-error-seen'],
  ] as const)('have the case %s', async (nameCase, name) => {
    expect(await events(`${S} pub struct HTTPErrorSeen;`, { nameCase })).toEqual({ [name]: ref('HTTPErrorSeen') })
  })

  it('keep the name that serde gives them, in any case', async () => {
    const text = `${S} #[serde(rename = "aB")] pub struct A; ${S} #[serde(tag = "t", rename_all = "camelCase")] pub enum B { FooBar, #[serde(rename = "Q")] Baz }`
    expect(Object.keys(await events(text, { nameCase: 'dot' }))).toEqual(['aB', 'fooBar', 'Q'])
  })

  it('are one for each variant of an enum with a tag', async () => {
    const text = `// @sse topic=orders
      ${S} #[serde(tag = "type")] pub enum Order {
        /// Placed.
        Created { id: u8 },
        // @sse order.gone topic=gone terminal
        Deleted,
        // @sse skip
        Hidden,
      }`
    expect(await events(text, { nameCase: 'dot' })).toEqual({
      created: { ...ref('OrderCreated'), topic: 'orders', description: 'Placed.' },
      'order.gone': { ...ref('OrderDeleted'), topic: 'gone', terminal: true },
    })
  })

  it('have types of other names than the structs in the variants', async () => {
    const text = `${S} #[serde(tag = "type")] pub enum Order { Created(OrderCreated) } ${S} pub struct OrderCreated;`
    expect(await events(text)).toEqual({ Created: ref('OrderCreatedEvent') })
  })

  it('are one for an enum with a tag, if it has a name', async () => {
    const text = `// @sse order\n ${S} #[serde(tag = "type")] pub enum Order { Created { id: u8 }, Deleted }`
    expect(await events(text)).toEqual({ order: ref('Order') })
  })

  it('stand in modules too, but not in tests', async () => {
    const text = `mod inner { ${S} pub struct A; } #[cfg(test)] mod tests { ${S} pub struct B; } #[cfg(test)] ${S} pub struct C;`
    expect(await events(text)).toEqual({ A: ref('A') })
  })

  it('derive Serialize by its path, or under a condition', async () => {
    const text = `#[derive(serde::Serialize)] pub struct A; #[cfg_attr(feature = "serde", derive(Debug, Serialize), serde(rename = "x"))] pub struct B;`
    expect(await events(text)).toEqual({ A: ref('A'), x: ref('B') })
  })

  it('are not marked by the condition of an attribute', async () => {
    expect(await events(`#[cfg_attr(sse, derive(Serialize))] struct Private; ${S} pub struct A;`)).toEqual({
      A: ref('A'),
    })
  })

  it('refer to types of other files, which are no events', async () => {
    const files = { 'user.rs': `${S} pub struct User { id: Id } pub type Id = Uuid; ${S} pub struct Unused;` }
    expect(await events(`${S} pub struct A { user: crate::user::User }`, { types: ['user.rs'] }, files)).toEqual({
      A: ref('A'),
    })
  })

  it('have the comments of their fields', async () => {
    const { document } = await generateFrom({
      'a_sse.rs': `/** One.
        * Two. */
        ${S} pub struct A {
          #[doc = " Three.\\n\\u{46}our."] #[deprecated] a: u8, // no comment
          //! not of b
          /// Five.
          #[cfg(feature = "x")] b: r#type::Inner,
        } ${S} struct Inner;`,
    })
    expect(document.$defs['A']).toEqual({
      description: 'One.\nTwo.',
      type: 'object',
      properties: {
        a: { type: 'integer', minimum: 0, maximum: 255, description: 'Three.\nFour.', deprecated: true },
        b: { $ref: '#/$defs/Inner', description: 'Five.' },
      },
      required: ['a'],
    })
  })
})

describe('an integer of 64 bits', () => {
  const text = `${S} pub struct A { a: u64, b: Option<i64> }`

  it('is a number, with one warning for all', async () => {
    const { lines } = await generateFrom({ 'a_sse.rs': text })
    expect(lines).toEqual([
      'a_sse.rs:1:40: warning: an integer of 64 bits may be larger than a number of JavaScript holds exactly, which is 2^53 (and 1 more): --int64 says what to do',
    ])
  })

  it.each([
    ['string', '  a: string\n  b: string | null\n'],
    ['bigint', '  a: bigint\n  b: bigint | null\n'],
  ] as const)('is a %s, if the line says so', async (int64, type) => {
    const { files, lines } = await generateFrom({ 'a_sse.rs': text }, rust({ int64 }))
    expect(lines).toEqual([])
    expect(files.get('events.ts')).toContain(type)
  })

  it('is refused, if the line says so', async () => {
    const { lines } = await generateFrom({ 'a_sse.rs': text }, rust({ int64: 'error' }))
    expect(lines).toEqual([
      'a_sse.rs:1:40: u64 has values that a number of JavaScript cannot hold: use i32 or u32, or --int64',
      'a_sse.rs:1:55: i64 has values that a number of JavaScript cannot hold: use i32 or u32, or --int64',
    ])
  })
})

describe('a mapping', () => {
  it('says what a type is, and what a writer writes', async () => {
    const { document, lines } = await generateFrom(
      {
        'a_sse.rs': `${S} pub struct A { a: Money, #[serde(with = "crate::cents")] b: Foo, #[serde(serialize_with = "rgb")] c: Foo, #[serde(with = "chrono::serde::ts_seconds")] d: DateTime<Utc>, #[serde(with = "humantime_serde")] e: Duration }`,
      },
      rust({
        map: new Map<string, Schema>([
          ['Money', { type: 'number' }],
          ['crate::cents', { type: 'integer' }],
          ['rgb', true],
        ]),
      }),
    )
    expect(lines).toEqual([])
    expect(document.$defs['A']).toMatchObject({
      properties: {
        a: { type: 'number' },
        b: { type: 'integer' },
        c: true,
        d: { type: 'integer' },
        e: { type: 'string' },
      },
    })
  })
})
