import { type Part, part } from './plain-part.ts'

/** The checks of lists, objects and unions. Each comes after those that it needs. */
export const SHAPE_PARTS: readonly (readonly [name: string, part: Part])[] = [
  [
    'constant',
    part(
      'base',
      `const constant = (...values: readonly unknown[]): Check =>
  is(\`one of \${JSON.stringify(values).slice(1, -1)}\`, (value) => values.includes(value))
`,
    ),
  ],
  [
    'constantValue',
    part(
      'equal',
      `const constantValue = (...values: readonly unknown[]): Check =>
  is(\`one of \${JSON.stringify(values).slice(1, -1)}\`, (value) => values.some((each) => equal(each, value)))
`,
    ),
  ],
  [
    'tuple',
    part(
      'within',
      `const tuple =
  (items: readonly Check[], rest: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return fail('a list')
    const issues = value.flatMap((item, n) => within(n, (items[n] ?? rest)(item)))
    return issues.length ? issues : undefined
  }
`,
    ),
  ],
  ['array', part('tuple', 'const array = (items: Check): Check => tuple([], items)\n')],
  [
    'length',
    part(
      'base',
      `const length = (min: number, max: number): Check =>
  is(\`\${min} to \${max} items\`, (value) => Array.isArray(value) && value.length >= min && value.length <= max)
`,
    ),
  ],
  [
    'unique',
    part(
      'equal',
      `const unique = is(
  'items that differ',
  (value) => Array.isArray(value) && value.every((item, n) => !value.slice(0, n).some((other) => equal(item, other))),
)
`,
    ),
  ],
  [
    'size',
    part(
      'record',
      `const size = (min: number, max: number): Check =>
  is(\`\${min} to \${max} properties\`, (value) => {
    const count = record(value) ? Object.keys(value).length : 0
    return count >= min && count <= max
  })
`,
    ),
  ],
  [
    'object',
    part(
      'record within',
      `const object = (required: Record<string, Check>, optional: Record<string, Check> = {}, rest?: Check): Check => {
  const names = Object.keys(required)
  const checks = new Map([...Object.entries(optional), ...Object.entries(required)])
  return (value) => {
    if (!record(value)) return fail('an object')
    // JSON leaves out undefined values.
    const given = Object.keys(value).filter((name) => value[name] !== undefined)
    const missing = names.filter((name) => !given.includes(name)).flatMap((name) => within(name, fail('a value')))
    const wrong = given.flatMap((name) => within(name, (checks.get(name) ?? rest)?.(value[name])))
    return missing.length || wrong.length ? [...missing, ...wrong] : undefined
  }
}
`,
    ),
  ],
  [
    'all',
    part(
      'base',
      `const all =
  (...checks: readonly Check[]): Check =>
  (value) => {
    for (const check of checks) {
      const issues = check(value)
      if (issues) return issues
    }
    return undefined
  }
`,
    ),
  ],
  [
    'some',
    part(
      'base',
      `const depth = (issues: readonly Issue[]): number => Math.max(...issues.map(({ path }) => path.length))

/** If none fits, the issues are those of the member that got furthest. */
const some =
  (...checks: readonly Check[]): Check =>
  (value) => {
    let nearest: readonly Issue[] = []
    for (const check of checks) {
      const issues = check(value)
      if (!issues) return undefined
      if (!nearest.length || depth(issues) > depth(nearest)) nearest = issues
    }
    return nearest
  }
`,
    ),
  ],
  [
    'one',
    part(
      'some',
      `const one =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.filter((check) => !check(value)).length > 1 ? fail('one form only') : some(...checks)(value)
`,
    ),
  ],
  [
    'tagged',
    part(
      'record within',
      `const tagged =
  (field: string, members: Record<string, Check>): Check =>
  (value) => {
    if (!record(value)) return fail('an object')
    const tag = Object.hasOwn(value, field) ? value[field] : undefined
    const check = typeof tag === 'string' && Object.hasOwn(members, tag) ? members[tag] : undefined
    return check ? check(value) : within(field, fail(\`one of \${JSON.stringify(Object.keys(members)).slice(1, -1)}\`))
  }
`,
    ),
  ],
  [
    'later',
    part(
      'base',
      `const later =
  (check: () => Check): Check =>
  (value) =>
    check()(value)
`,
    ),
  ],
  [
    'schema',
    part(
      'base',
      `/** Standard Schema: https://standardschema.dev */
interface Schema<T> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'headwater'
    readonly validate: (value: unknown) => { readonly value: T } | { readonly issues: readonly Issue[] }
    readonly types?: { readonly input: unknown; readonly output: T }
  }
}

const schema = <T>(check: Check): Schema<T> => ({
  '~standard': {
    version: 1,
    vendor: 'headwater',
    validate(value) {
      const issues = check(value)
      // It has just been checked.
      return issues ? { issues } : { value: value as T }
    },
  },
})
`,
    ),
  ],
]
