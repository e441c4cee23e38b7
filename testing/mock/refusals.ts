import type { Refusal, Step } from '../script/step.ts'

/** How often requests are refused, and with what. */
export interface RefusalOptions extends Omit<Refusal, 'status'> {
  /**
   * How many requests, one after the other.
   * @defaultValue 1
   */
  readonly times?: number | undefined
}

type Headers = Readonly<Record<string, string>>

/**
 * A step for each request that is refused.
 * @param how - Headers alone, or an object with any of `headers`, `body` and `times`.
 * @throws TypeError if `times` is no whole number.
 */
export function refusals(status: number, how: RefusalOptions | Headers = {}): readonly Step[] {
  const { times = 1, ...rest } = isOptions(how) ? how : { headers: how }
  if (!Number.isInteger(times) || times < 0)
    throw new TypeError(
      `refuse() expects a whole number of times, got ${times}; to refuse every request, start with the script [{ refuse: { status: ${status} } }]`,
    )
  return Array.from({ length: times }, () => ({ refuse: { status, ...rest } }))
}

const isOptions = (how: RefusalOptions | Headers): how is RefusalOptions =>
  ['headers', 'body', 'times'].some((name) => name in how)
