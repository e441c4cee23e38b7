/** What may be one object, as a source file describes it. */
export interface Described {
  readonly name: string | undefined
  readonly names: readonly string[]
  readonly bases: readonly string[]
}

export const OWN: RegExp
export function objectsIn(source: string): readonly Described[]
export function shortNames(): Readonly<Record<string, string | undefined>>
