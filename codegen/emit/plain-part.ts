/** A helper of validators in plain code. */
export interface Part {
  readonly needs: readonly string[]
  readonly code: string
}

export const part = (needs: string, code: string): Part => ({ needs: needs.split(' ').filter(Boolean), code })
