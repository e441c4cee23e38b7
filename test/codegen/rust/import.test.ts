import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateFrom, refusalOf } from '../stage.ts'

const S = '#[derive(Serialize)]'

describe('Rust that is not understood is refused, with its place', () => {
  it.each<[what: string, text: string | Uint8Array, line: string]>([
    ['a file that does not parse', `${S}\npub struct A { a: }`, '2:18: is not Rust: type identifier is missing'],
    ['a bracket that is missing', `${S}\npub struct A { a: u8`, '2:21: is not Rust: } is missing'],
    [
      'a type that is not there',
      `${S} pub struct A { a: Vec<b::Foo> }`,
      '1:44: the type b::Foo is not known: name the file that declares it with --types, or say what it is with --map Foo=string',
    ],
    [
      'a type without Serialize',
      `${S} pub struct A { a: B } struct B;`,
      '1:40: B does not derive Serialize, so its JSON is not known: derive it, or use --map B=string',
    ],
    [
      'a generic event',
      `${S} pub struct A<T> { a: T }`,
      '1:33: A<T> is generic, and cannot be an event: write a struct for each use',
    ],
    [
      'a generic type',
      `${S} pub struct A { a: B<u8> } ${S} struct B<const N: usize>;`,
      '1:40: B<const N: usize> is generic, which is not supported: write a struct for each use',
    ],
    [
      'a trait object',
      `${S} pub struct A { a: Box<dyn Foo> }`,
      '1:44: dyn Foo has no form in JSON: use a struct, an enum or a type of the standard library',
    ],
    [
      'a function',
      `${S} pub struct A { a: fn(u8) -> u8 }`,
      '1:40: fn(u8) -> u8 has no form in JSON: use a struct, an enum or a type of the standard library',
    ],
    [
      'a type of a trait',
      `${S} pub struct A { a: <B as C>::D }`,
      '1:40: <B as C>::D has no form in JSON: use a struct, an enum or a type of the standard library',
    ],
    [
      'a key that is no text',
      `${S} pub struct A { a: HashMap<(u8, u8), u8> }`,
      '1:48: (u8, u8) cannot be the key of a map in JSON: use a text or a number',
    ],
    [
      'an attribute that serde does not have',
      `${S} #[serde(renam = "x")] pub struct A;`,
      '1:30: serde has no attribute renam here, or it is not supported',
    ],
    [
      'a rule that there is not',
      `${S} #[serde(rename_all = "Camel")] pub struct A;`,
      '1:30: rename_all: expected one of lowercase, UPPERCASE, PascalCase, camelCase, snake_case, SCREAMING_SNAKE_CASE, kebab-case, SCREAMING-KEBAB-CASE, got "Camel"',
    ],
    [
      'a writer that is not known',
      `${S} pub struct A { #[serde(with = "rgb")] a: u8 }`,
      '1:60: what rgb writes is not known: say it with --map rgb=string',
    ],
    [
      'serde_as',
      `${S} pub struct A { #[serde_as(as = "X")] a: u8 }`,
      '1:39: serde_as is not supported: use serialize_with, and say what it writes with --map',
    ],
    [
      'a tag without a place',
      `${S} #[serde(tag = "t")] pub enum A { B(u8) }`,
      '1:55: the tag t has no place in B, as u8 is no object: add content = "…"',
    ],
    [
      'a tag in a tuple',
      `${S} #[serde(tag = "t")] pub enum A { B(u8, u8) }`,
      '1:55: the tag t has no place in B, as it is a tuple: add content = "…"',
    ],
    [
      'a list that is flattened',
      `${S} pub struct A { #[serde(flatten)] a: Vec<u8> }`,
      '1:55: Vec<u8> cannot be flattened: its JSON is no object',
    ],
    [
      'an optional enum that is flattened',
      `${S} pub struct A { #[serde(flatten)] a: Option<B> } ${S} #[serde(tag = "t")] enum B { C, D }`,
      '1:55: Option<B> cannot be flattened: of an Option, only a struct without flattened enums can',
    ],
    [
      'an enum that is flattened beside a map',
      `${S} pub struct A { #[serde(flatten)] b: B, #[serde(flatten)] m: HashMap<String, u8> } ${S} #[serde(tag = "t")] enum B { C, D }`,
      '1:55: B cannot be flattened: beside a map, only a struct without flattened enums can',
    ],
    [
      'two fields of one name',
      `${S} pub struct A { a: u8, #[serde(rename = "a")] b: u8 }`,
      '1:67: there are two fields a in the JSON: rename one',
    ],
    [
      'two events of one name',
      `${S} pub struct A; ${S}\n// @sse A\npub struct B;`,
      '3:12: there are two events A: the other is at a_sse.rs:1:33. Rename one',
    ],
    [
      'a mark with a field that there is not',
      `#[sse(name = "x")] ${S} pub struct A;`,
      '1:7: sse has no name: it has event, topic, terminal and skip',
    ],
    [
      'a mark without Serialize',
      `// @sse a\npub struct A;`,
      '2:12: A is marked as an event, and is no struct or enum that derives Serialize',
    ],
    [
      'a mark of an alias',
      `// @sse a\npub type A = u8;`,
      '2:10: A is marked as an event, and is no struct or enum that derives Serialize',
    ],
    [
      'a mark that stands before something else',
      `${S} pub struct A;\n// @sse a\nfn f() {}`,
      '2:1: @sse stands before a struct, an enum or a variant, and there is none here',
    ],
    [
      'an attribute without its value',
      `${S} pub struct A { #[serde(rename)] a: u8 }`,
      '1:45: rename has no value: write rename = "…"',
    ],
    [
      'a field of the name of one that is flattened',
      `${S} pub struct A { a: u8, #[serde(flatten)] b: B } ${S} struct B { a: u8 }`,
      '1:62: there are two fields a in the JSON: rename one',
    ],
    [
      'a value of a tuple behind one that may be left out',
      `${S} pub struct A(#[serde(skip_serializing_if = "Option::is_none")] Option<u8>, u8);`,
      '1:97: its place is not known, as a value before it may be left out',
    ],
    [
      'a struct that is itself',
      `${S} pub struct A(Box<A>);`,
      '1:33: A is a form of itself: put it into a field or a list',
    ],
    [
      'two structs that are flattened into each other',
      `${S} struct A { #[serde(flatten)] b: Box<B> } ${S} struct B { #[serde(flatten)] a: Box<A> } ${S} pub struct C { #[serde(flatten)] a: A }`,
      '1:29: A is a form of itself: put it into a field or a list',
    ],
    [
      'an enum that may be itself',
      `${S} #[serde(untagged)] pub enum A { B(Box<A>), C(u8) }`,
      '1:50: A is a form of itself: put it into a field or a list',
    ],
    [
      'an alias of itself',
      `${S} pub struct A { a: B } type B = C; type C = Vec<B>;`,
      '1:69: the type B is an alias of itself',
    ],
    [
      'a type of the crate that has the name of a type of a library',
      `use crate::json::Value; ${S} pub struct A { a: Value }`,
      '1:64: the type Value is not known: name the file that declares it with --types, or say what it is with --map Value=string',
    ],
    [
      'a type of another library that has the name of a known one',
      `${S} pub struct A { a: time::Duration }`,
      '1:40: the type time::Duration is not known: name the file that declares it with --types, or say what it is with --map Duration=string',
    ],
    ['another encoding', Buffer.from(`${S} pub struct é;`, 'latin1'), ' is not UTF-8: save it in this encoding'],
  ])('%s', async (_, text, line) => {
    expect((await refusalOf({ 'a_sse.rs': text })).split('\n')[0]).toBe(`a_sse.rs:${line}`)
  })

  it('a name that several files declare', async () => {
    const files = {
      'a_sse.rs': `${S} pub struct A { x: X }`,
      'b_sse.rs': `${S} pub struct X;`,
      'c_sse.rs': `${S} pub struct X;`,
    }
    expect((await refusalOf(files)).split('\n')[0]).toBe(
      'a_sse.rs:1:40: X may be one of several types, at b_sse.rs:1:33 and c_sse.rs:1:33: import it by its path, or say --map X=string',
    )
  })

  it('two types of one name, each used in its own file', async () => {
    const file = (a: string, type: string) => `${S} pub struct ${a} { x: X } ${S} struct X(${type});`
    expect(await refusalOf({ 'a_sse.rs': file('A', 'u8'), 'b_sse.rs': file('B', 'u16') })).toBe(
      'b_sse.rs:1:72: there are two types X: the other is at a_sse.rs:1:72. Rename one',
    )
  })

  it('several mistakes at once', async () => {
    const { lines, files } = await generateFrom({ 'a_sse.rs': `${S} pub struct A { a: B, c: C }` })
    expect([lines.length, files.size]).toEqual([2, 0])
  })

  it('a file without events', async () => {
    expect(await refusalOf({ 'a_sse.rs': 'fn main() {}' })).toBe(
      'the sources have no events: in Rust, an event is a pub struct or enum that derives Serialize, or one with a mark (@sse)',
    )
  })
})

describe('Rust around the events', () => {
  it('may be anything: macros, impls, and functions that the grammar does not know', async () => {
    const { document, lines } = await generateFrom({
      'a_sse.rs': `#![allow(dead_code)]
        use a::{b, c as d};
        macro_rules! m { ($x:ident) => { struct $x; } }
        m!(Foo);
        const N: usize = { 1 + 2 };
        static S: &str = r#"struct "quoted""#;
        trait T { type Out; fn f(&self) -> Self::Out; }
        union U { a: u8, b: i8 }
        impl<'a, Q: Clone> T for Foo<'a, Q> where Q: Copy { type Out = u8; fn f(&self) -> u8 { let x = ~; 1 } }
        extern "C" { fn g(); }
        ${S} pub struct A<'a, 'b: 'a>(&'a str, std::marker::PhantomData<&'b ()>) where 'b: 'a;
        async fn h() -> impl Iterator<Item = u8> { todo!() }`,
    })
    expect(lines).toEqual([])
    expect(Object.keys(document.events)).toEqual(['A'])
  })

  it.each([`define! { ${S} pub struct B { b: u8 } }`, `macro_rules! define { ($x:ident) => { ${S} pub struct $x; } }`])(
    'may be a macro that writes types, which are not read: %s',
    async (macro) => {
      const { document, lines } = await generateFrom({ 'a_sse.rs': `${macro}\n${S} pub struct A;` })
      expect(Object.keys(document.events)).toEqual(['A'])
      expect(lines).toEqual([
        'a_sse.rs:1:1: warning: the types that a macro writes are not read: write events without it',
      ])
    },
  )

  it('may be any text: it is read, or refused in lines', async () => {
    const words = [
      'struct',
      'enum',
      'A',
      'B',
      '{',
      '}',
      '(',
      ')',
      '<',
      '>',
      ':',
      ',',
      ';',
      '#[serde(',
      '=',
      '"x"',
      ')]',
      S,
      'pub',
      '// @sse x\n',
      '///d\n',
      'Vec<',
      "'a",
      '[u8; 3]',
      'r#"',
      '\0',
      'é',
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 40 }), async (parts) => {
        for (const line of (await refusalOf({ 'a_sse.rs': parts.join(' ') })).split('\n'))
          expect(line).not.toMatch(/\bat .*\.ts:/)
      }),
      { numRuns: 100 },
    )
  })
})
