/*
 * serde's rules for names (serde_derive, case.rs). They differ for fields, which are snake_case in Rust, and variants, which are
 * PascalCase. Letters outside ASCII keep their case.
 */

type Rule = (name: string) => string

const lower: Rule = (name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
const upper: Rule = (name) => name.replace(/[a-z]/g, (letter) => letter.toUpperCase())
const lowerFirst: Rule = (name) => lower(name.slice(0, 1)) + name.slice(1)
const kebab: Rule = (name) => name.replaceAll('_', '-')
const same: Rule = (name) => name

const snakeOfVariant: Rule = (name) => lower(name.replace(/(?<=.)\p{Lu}/gsu, '_$&'))
const pascalOfField: Rule = (name) =>
  name
    .split('_')
    .map((word) => upper(word.slice(0, 1)) + word.slice(1))
    .join('')

const RULES: ReadonlyMap<string, { readonly variant: Rule; readonly field: Rule }> = new Map([
  ['lowercase', { variant: lower, field: same }],
  ['UPPERCASE', { variant: upper, field: upper }],
  ['PascalCase', { variant: same, field: pascalOfField }],
  ['camelCase', { variant: lowerFirst, field: (name) => lowerFirst(pascalOfField(name)) }],
  ['snake_case', { variant: snakeOfVariant, field: same }],
  ['SCREAMING_SNAKE_CASE', { variant: (name) => upper(snakeOfVariant(name)), field: upper }],
  ['kebab-case', { variant: (name) => kebab(snakeOfVariant(name)), field: kebab }],
  [
    'SCREAMING-KEBAB-CASE',
    { variant: (name) => kebab(upper(snakeOfVariant(name))), field: (name) => kebab(upper(name)) },
  ],
])

/** The names of the rules. */
export const CASES: readonly string[] = [...RULES.keys()]

/** A name as `rename_all` writes it. Without a rule it stays. */
export const applyCase = (rule: string | undefined, of: 'variant' | 'field', name: string): string =>
  (rule !== undefined && RULES.get(rule)?.[of](name)) || name
