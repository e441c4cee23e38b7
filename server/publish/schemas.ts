import { setTimer } from '../../src/base/clock.ts'
import { isThenable } from '../../src/base/errors.ts'
import type { Clock, SchemaIssue, StandardSchema } from '../../src/index.ts'
import { shown } from '../wire/shown.ts'

/** A schema for each event that has one. Its output is published. */
export type HubSchemas<E = Record<string, unknown>> = { readonly [N in keyof E]?: StandardSchema<E[N]> | undefined }

/** Data that does not fit the schema of its event. */
export class InvalidEventError extends TypeError {
  /** The name of the event. */
  readonly event: string
  /** The schema's issues, in its own words. */
  readonly issues: readonly SchemaIssue[]

  constructor(event: string, issues: readonly SchemaIssue[]) {
    super(`the data of ${event} does not fit its schema: ${describeIssues(issues)}`)
    this.name = 'InvalidEventError'
    this.event = event
    this.issues = issues
  }
}

/** Whether a value is a Standard Schema. That of arktype is a function. */
export const isSchema = (value: unknown): value is StandardSchema =>
  typeof (value as Partial<StandardSchema> | null | undefined)?.['~standard']?.validate === 'function'

/** A schema that has failed: it threw, it answered with no result, or not in time. */
export class SchemaError extends Error {}

/** The value that is published in place of the data. */
interface Fitted {
  readonly data: unknown
}

/** Fits data to the schema of its event. Without a schema it is not changed. */
export type Fit = (event: string, data: unknown) => Fitted | Promise<Fitted>

/** How long a schema may take, in milliseconds. Later events wait for it, so it must not take forever. */
export const SCHEMA_TIMEOUT = 10_000

/** @returns Throws, or rejects with, {@link InvalidEventError} or {@link SchemaError}. */
export function createFit(schemas: HubSchemas, clock: Clock): Fit {
  const known = new Map(Object.entries(schemas))
  return (event, data) => {
    const schema = known.get(event)
    if (!schema) return { data }
    let result: unknown
    try {
      result = schema['~standard'].validate(data)
    } catch (cause) {
      throw failure(event, `it threw: ${cause}`, cause)
    }
    if (!isThenable(result)) return fitted(event, result)
    return inTime(event, result, clock).then((late) => fitted(event, late))
  }
}

const failure = (event: string, what: string, cause?: unknown): SchemaError =>
  new SchemaError(`the schema of ${event} has failed: ${what}`, { cause })

/**
 * Reads the answer of a schema. Only one that has a `value` and no `issues` says yes.
 * @throws InvalidEventError, or SchemaError for what is no answer.
 */
function fitted(event: string, result: unknown): Fitted {
  if (typeof result !== 'object' || result === null) throw failure(event, `it answered with ${shown(result)}`)
  if ('issues' in result && result.issues)
    throw new InvalidEventError(event, Array.isArray(result.issues) ? result.issues : [])
  if (!('value' in result)) throw failure(event, `it answered with ${shown(result)}`)
  return { data: result.value }
}

function inTime(event: string, answer: PromiseLike<unknown>, clock: Clock): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimer(clock, SCHEMA_TIMEOUT, () =>
      reject(failure(event, `it did not answer within ${SCHEMA_TIMEOUT / 1000} s`)),
    )
    answer.then(
      (result) => {
        clock.clearTimeout(timer)
        resolve(result)
      },
      (cause) => {
        clock.clearTimeout(timer)
        reject(failure(event, `it rejected: ${cause}`, cause))
      },
    )
  })
}

/** How much of the issues a message has. A client reads 1,024 characters of a refusal. */
const ISSUES = 3
const LENGTH = 100

/** The first issues, each with the path to its value. */
function describeIssues(issues: readonly SchemaIssue[]): string {
  const all = issues.slice(0, ISSUES).map((issue) => {
    const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return `${path && `${path.slice(0, LENGTH)}: `}${String(issue?.message).slice(0, LENGTH)}`
  })
  if (issues.length > ISSUES) all.push(`and ${issues.length - ISSUES} more`)
  return all.join('; ') || 'it does not say why'
}
