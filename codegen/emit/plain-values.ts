import { type Part, part } from './plain-part.ts'

/** The shared part of all validators, and the checks of texts, numbers and the like. Each comes after those that it needs. */
export const VALUE_PARTS: readonly (readonly [name: string, part: Part])[] = [
  [
    'base',
    part(
      '',
      `interface Issue {
  readonly message: string
  readonly path: readonly PropertyKey[]
}

/** A mistake in a value. Undefined: none. */
type Check = (value: unknown) => readonly Issue[] | undefined

const fail = (expected: string): readonly Issue[] => [{ message: \`expected \${expected}\`, path: [] }]

const is =
  (expected: string, test: (value: unknown) => boolean): Check =>
  (value) =>
    test(value) ? undefined : fail(expected)
`,
    ),
  ],
  [
    'within',
    part(
      'base',
      `const within = (key: PropertyKey, issues: readonly Issue[] = []): readonly Issue[] =>
  issues.map(({ message, path }) => ({ message, path: [key, ...path] }))
`,
    ),
  ],
  [
    'record',
    part(
      'base',
      `const record = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
`,
    ),
  ],
  [
    'equal',
    part(
      'record',
      `const equal = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, n) => equal(item, b[n]))
  if (!record(a) || !record(b)) return a === b
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
  )
}
`,
    ),
  ],
  ['anything', part('base', 'const anything: Check = () => undefined\n')],
  ['nothing', part('base', "const nothing = is('nothing', () => false)\n")],
  ['nil', part('base', "const nil = is('null', (value) => value === null)\n")],
  ['boolean', part('base', "const boolean = is('true or false', (value) => typeof value === 'boolean')\n")],
  ['bigint', part('base', "const bigint = is('a bigint', (value) => typeof value === 'bigint')\n")],
  ['string', part('base', "const string = is('a text', (value) => typeof value === 'string')\n")],
  ['number', part('base', "const number = is('a number', Number.isFinite)\n")],
  ['integer', part('base', "const integer = is('a whole number', Number.isInteger)\n")],
  [
    'text',
    part(
      'base',
      `const text = (expected: string, test: (value: string) => boolean): Check =>
  is(\`a text: \${expected}\`, (value) => typeof value === 'string' && test(value))
`,
    ),
  ],
  [
    'numeric',
    part(
      'base',
      `const numeric = (expected: string, test: (value: number) => boolean): Check =>
  is(expected, (value) => Number.isFinite(value) && test(value as number))
`,
    ),
  ],
  [
    'uuid',
    part(
      '',
      `const uuid = (value: string): boolean => /^[\\da-f]{8}-(?:[\\da-f]{4}-){3}[\\da-f]{12}$/i.test(value)
`,
    ),
  ],
  [
    'date',
    part(
      '',
      `const date = (value: string): boolean => {
  const [, year = 0, month = 0, day = 0] = (/^(\\d{4})-(\\d\\d)-(\\d\\d)$/.exec(value) ?? []).map(Number)
  // Days of months repeat every 400 years.
  return month > 0 && month < 13 && day > 0 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
`,
    ),
  ],
  [
    'dateTime',
    part(
      'date',
      `const TIME = /^([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?(z|[+-]([01]\\d|2[0-3])(:?[0-5]\\d)?)$/i
const dateTime = (value: string): boolean => {
  const [day = '', time = '', ...more] = value.split(/[t\\s]/i)
  return date(day) && TIME.test(time) && more.length === 0
}
`,
    ),
  ],
]
