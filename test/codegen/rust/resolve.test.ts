import { describe, expect, it } from 'vitest'
import { generateFrom } from '../stage.ts'

const S = '#[derive(Serialize)]'

/** The type of the only field of the event, and the problems. */
async function fieldOf(event: string, others: Readonly<Record<string, string>> = {}, name = 'src/events/a_sse.rs') {
  const types = Object.keys(others)
  const { document, lines } = await generateFrom(
    { [name]: event, ...others },
    { sources: [name], rust: { types, nameCase: 'keep', int64: 'number', map: new Map() } },
  )
  const { properties = {} } = (document.$defs['A'] ?? {}) as { properties?: Record<string, { $ref?: string }> }
  const ref = properties['x']?.$ref?.replace('#/$defs/', '')
  return lines[0] ?? (ref === undefined ? properties['x'] : document.$defs[ref])
}

const User = (type: string) => `${S} pub struct User(pub ${type});`
const text = { type: 'string' }
const flag = { type: 'boolean' }
const field = (type: string): string => `${S} pub struct A { x: ${type} }`
/** Two modules with a type of one name. */
const TWO = { 'src/models/user.rs': User('String'), 'src/admin.rs': User('bool') }

describe('a path names', () => {
  it.each<[what: string, event: string, others: Record<string, string>, schema: unknown]>([
    ['a type of the same module', `${field('User')} ${User('bool')} mod m { ${S} struct User(String); }`, {}, flag],
    ['a type of another module', `use crate::models::user::User; ${field('User')}`, TWO, text],
    ['a type of another module, at once', field('crate::admin::User'), TWO, flag],
    ['a type under another name', `use crate::admin::User as Admin; ${field('Admin')}`, TWO, flag],
    [
      'a type in a list of imports',
      `use crate::{models::user::{self, Other}, admin::User}; ${field('User')}`,
      TWO,
      flag,
    ],
    ['a type of a module that is imported', `use crate::models::user; ${field('user::User')}`, TWO, text],
    ['a type of a module with another name', `use crate::models::user::{self as u}; ${field('u::User')}`, TWO, text],
    ['a type of a module that is imported as a whole', `use crate::admin::*; ${field('User')}`, TWO, flag],
    [
      'a type of the module above',
      `use super::models::User; ${field('User')}`,
      { 'src/events/models.rs': User('bool') },
      flag,
    ],
    ['a type of an inner module', `mod m { ${User('bool')} } ${field('self::m::User')}`, TWO, flag],
    ['a type of the module around', `${User('bool')} pub mod m { ${field('super::User')} }`, TWO, flag],
    ['a raw identifier', `use crate::r#type::User; ${field('User')}`, { 'src/type.rs': User('bool'), ...TWO }, flag],
    [
      'a type that comes by way of pub use',
      `use crate::models::User; ${field('User')}`,
      { 'src/models/u.rs': User('bool') },
      flag,
    ],
    [
      'a type of another crate of the workspace',
      `use shared::User; ${field('User')}`,
      { 'shared/src/lib.rs': User('bool'), ...TWO },
      flag,
    ],
    ['a type of a crate whose folder has another name', `use app_admin::admin::User; ${field('User')}`, TWO, flag],
    ['one of two that is handed up', `use crate::models::User; ${field('User')}`, TWO, text],
    ['one of two that is handed up, with all others', `use crate::models::*; ${field('User')}`, TWO, text],
    [
      'a type of a library',
      `use serde_json::Value; ${field('Value')}`,
      { 'src/value.rs': `${S} pub struct Value(bool);` },
      true,
    ],
    [
      'a type of a library under another name',
      `use uuid::Uuid as Id; ${field('Id')}`,
      {},
      { type: 'string', format: 'uuid' },
    ],
    [
      'a type of a module of a library',
      `use std::collections as c; ${field('c::BTreeSet<bool>')}`,
      {},
      { type: 'array', items: flag },
    ],
    ['a type that every file has', field('String'), { 'src/string.rs': `${S} pub struct String(bool);` }, text],
    ['a type that macros bring in', field('User'), { 'src/admin.rs': User('bool') }, flag],
  ])('%s', async (_, event, others, schema) => {
    expect(await fieldOf(event, others)).toEqual(schema)
  })

  it.each<[what: string, event: string]>([
    ['alone', field('User')],
    ['of a module that hands it on', `use crate::prelude::User; ${field('User')}`],
  ])('one of several types, which is refused: a name %s', async (_, event) => {
    expect(await fieldOf(event, TWO)).toMatch(
      /^src\/events\/a_sse\.rs:1:\d+: User may be one of several types, at src\/admin\.rs:1:33 and src\/models\/user\.rs:1:33: import it by its path, or say --map User=string$/,
    )
  })

  it('means what --map says of it, by the whole path or by the name', async () => {
    const event = `use time::Duration as D; ${S} pub struct A { x: D }`
    for (const name of ['time::Duration', 'Duration', 'D']) {
      const { document, lines } = await generateFrom(
        { 'a_sse.rs': event },
        { rust: { types: [], nameCase: 'keep', int64: 'number', map: new Map([[name, { type: 'number' }]]) } },
      )
      expect([lines, document.$defs['A']]).toEqual([
        [],
        expect.objectContaining({ properties: { x: { type: 'number' } } }),
      ])
    }
  })
})
