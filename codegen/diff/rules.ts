import { isDeepStrictEqual } from 'node:util'
import type { Count, Range, TextRules } from '../pivot/shape.ts'

/** Rules that hold no more, in words: values come that a validator of before refuses. */
export function loosened(before: TextRules & Range & Count, after: TextRules & Range & Count): string[] {
  type Name = keyof (TextRules & Range & Count)
  const lower: readonly Name[] = ['minLength', 'minimum', 'exclusiveMinimum', 'min']
  const upper: readonly Name[] = ['maxLength', 'maximum', 'exclusiveMaximum', 'max']
  const equal: readonly Name[] = ['pattern', 'format', 'multipleOf']
  const isLoose = (name: Name): boolean => {
    const [old, now] = [before[name], after[name]]
    if (old === undefined || isDeepStrictEqual(old, now)) return false
    if (now === undefined || equal.includes(name)) return true
    return lower.includes(name) ? now < old : now > old
  }
  return [...lower, ...upper, ...equal]
    .filter(isLoose)
    .map((name) => `${name} was ${before[name]}, is ${after[name] ?? 'gone'}`)
}
