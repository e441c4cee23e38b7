import type { Schema, SchemaObject } from '../pivot/document.ts'

/* The output of serde_json for the types of Rust's standard library, and of crates that are used everywhere. */

/** It is one object, so that it can be told from other schemas by identity. */
export const NULL: Schema = { type: 'null' }

const TEXT: SchemaObject = { type: 'string' }
const integer = (minimum: number, maximum: number): SchemaObject => ({ type: 'integer', minimum, maximum })
const count: SchemaObject = { type: 'integer', minimum: 0 }
const orNull = (schema: SchemaObject): SchemaObject => ({ anyOf: [schema, NULL] })
const secondsOf = (name: string): (readonly [path: string, schema: Schema])[] => [
  [`chrono::serde::${name}`, { type: 'integer' }],
  [`chrono::serde::${name}_option`, orNull({ type: 'integer' })],
  [`chrono::naive::serde::${name}`, { type: 'integer' }],
  [`chrono::naive::serde::${name}_option`, orNull({ type: 'integer' })],
]

const INTEGERS = {
  I8: integer(-128, 127),
  I16: integer(-32_768, 32_767),
  I32: integer(-2_147_483_648, 2_147_483_647),
  U8: integer(0, 255),
  U16: integer(0, 65_535),
  U32: integer(0, 4_294_967_295),
}

/** Types without parameters. */
export const PLAIN: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ['bool', { type: 'boolean' }],
  ['char', { type: 'string', minLength: 1, maxLength: 1 }],
  ...Object.entries(INTEGERS).flatMap(([name, schema]): [string, Schema][] => [
    [name.toLowerCase(), schema],
    [`Atomic${name}`, schema],
  ]),
  ['NonZeroU8', integer(1, 255)],
  ['NonZeroU16', integer(1, 65_535)],
  ['NonZeroU32', integer(1, 4_294_967_295)],
  ['AtomicBool', { type: 'boolean' }],
  ['f32', { type: 'number' }],
  ['f64', { type: 'number' }],
  ...['str', 'String', 'CompactString', 'SmolStr', 'EcoString'].map((name) => [name, TEXT] as const),
  ...['Path', 'PathBuf', 'Utf8Path', 'Utf8PathBuf'].map((name) => [name, TEXT] as const),
  ...['IpAddr', 'Ipv4Addr', 'Ipv6Addr', 'SocketAddr', 'SocketAddrV4', 'SocketAddrV6'].map(
    (name) => [name, TEXT] as const,
  ),
  [
    'Duration',
    { type: 'object', properties: { secs: count, nanos: integer(0, 999_999_999) }, required: ['secs', 'nanos'] },
  ],
  [
    'SystemTime',
    {
      type: 'object',
      properties: { secs_since_epoch: count, nanos_since_epoch: integer(0, 999_999_999) },
      required: ['secs_since_epoch', 'nanos_since_epoch'],
    },
  ],
  // serde_json
  ['Value', true],
  ['RawValue', true],
  ['Number', { type: 'number' }],
  // uuid, url
  ['Uuid', { type: 'string', format: 'uuid' }],
  ['Url', { type: 'string', format: 'uri' }],
  // chrono. A date and time without an offset is no date-time of RFC 3339.
  ['NaiveDate', { type: 'string', format: 'date' }],
  ['NaiveDateTime', { type: 'string', pattern: '^[+-]?\\d{4,}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?$' }],
  ['NaiveTime', { type: 'string', pattern: '^\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?$' }],
  [
    'Month',
    {
      enum: [
        'January',
        'February',
        'March',
        'April',
        'May',
        'June',
        'July',
        'August',
        'September',
        'October',
        'November',
        'December',
      ],
    },
  ],
  ['Weekday', { enum: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] }],
  // rust_decimal, bigdecimal
  ['Decimal', TEXT],
  ['BigDecimal', TEXT],
  // bytes
  ['Bytes', { type: 'array', items: integer(0, 255) }],
])

/** Integers that JavaScript has no number for. */
export const WIDE: ReadonlyMap<string, { readonly signed: boolean; readonly nonZero?: boolean }> = new Map([
  ['i64', { signed: true }],
  ['u64', { signed: false }],
  ['isize', { signed: true }],
  ['usize', { signed: false }],
  ['i128', { signed: true }],
  ['u128', { signed: false }],
  ['AtomicI64', { signed: true }],
  ['AtomicU64', { signed: false }],
  ['AtomicIsize', { signed: true }],
  ['AtomicUsize', { signed: false }],
  ['NonZeroU64', { signed: false, nonZero: true }],
  ['NonZeroUsize', { signed: false, nonZero: true }],
])

/** Wrappers of a value that JSON does not show. */
export const TRANSPARENT: ReadonlySet<string> = new Set([
  'Box',
  'Rc',
  'Arc',
  'Cow',
  'Cell',
  'RefCell',
  'Mutex',
  'RwLock',
  'Wrapping',
  'Saturating',
  'Reverse',
])

export const LISTS: ReadonlySet<string> = new Set([
  'Vec',
  'VecDeque',
  'LinkedList',
  'HashSet',
  'BTreeSet',
  'BinaryHeap',
  'IndexSet',
  'SmallVec',
  'ArrayVec',
])

export const MAPS: ReadonlySet<string> = new Set(['HashMap', 'BTreeMap', 'IndexMap', 'DashMap', 'Map'])

/** Functions and modules that are handed to `serialize_with` and `with`, by the end of their path. */
export const WRITERS: readonly (readonly [path: string, schema: Schema])[] = [
  ...['ts_seconds', 'ts_milliseconds', 'ts_microseconds', 'ts_nanoseconds'].flatMap(secondsOf),
  ['time::serde::rfc3339', { type: 'string', format: 'date-time' }],
  ['time::serde::rfc3339::option', orNull({ type: 'string', format: 'date-time' })],
  ['time::serde::timestamp', { type: 'integer' }],
  ['time::serde::timestamp::milliseconds', { type: 'integer' }],
  ['uuid::serde::simple', TEXT],
  ['uuid::serde::urn', TEXT],
  ['rust_decimal::serde::str', TEXT],
  ['rust_decimal::serde::float', { type: 'number' }],
  ['humantime_serde', TEXT],
  ['serde_bytes', { type: 'array', items: integer(0, 255) }],
]

/** Other types with parameters. */
const OTHERS: ReadonlySet<string> = new Set(['DateTime', 'Option', 'PhantomData', 'Range', 'RangeInclusive', 'Result'])

/** The names that Rust brings into each file. */
export const PRELUDE: ReadonlySet<string> = new Set(['Box', 'Option', 'Result', 'String', 'Vec'])

/** The crates of all these types, and those that hand them on. */
const CRATES: ReadonlySet<string> = new Set(
  'alloc arrayvec bigdecimal bytes camino chrono compact_str core dashmap ecow hashbrown indexmap parking_lot rust_decimal sea_orm serde_json smallvec smol_str sqlx std url uuid'.split(
    ' ',
  ),
)

/** Whether a path names a type that is known here. A name alone does, whatever crate it comes from. */
export function isLibraryType(path: readonly string[]): boolean {
  const [first = '', ...rest] = path
  const name = path.at(-1) ?? ''
  const isKnown = [PLAIN, WIDE, TRANSPARENT, LISTS, MAPS, OTHERS].some((names) => names.has(name))
  // chrono's is written in another way than that of the standard library.
  return isKnown && (!rest.length || (CRATES.has(first) && path.join('::') !== 'chrono::Duration'))
}
