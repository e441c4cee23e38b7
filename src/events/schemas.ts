import { optionError } from '../base/check.ts'
import { isThenable } from '../base/errors.ts'
import { type Parse, type PayloadParser, parsePayload } from './decode.ts'

/** The result of a schema library for a value that it refuses. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/**
 * The part of the Standard Schema interface that is used here (https://standardschema.dev), which zod, valibot, arktype
 * and others implement.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** The payloads that a map of schemas gives. */
export type InferEvents<Schemas> = {
  -readonly [Type in keyof Schemas]: Schemas[Type] extends StandardSchema<infer Output> ? Output : never
}

/**
 * For the option `parse`: payloads that are checked by a schema for each event name that has one. The payload types follow
 * from the schemas. A payload that a schema refuses goes to `onInvalid`, with the schema's `issues`.
 *
 * @example
 * const sse = createSSE('/api/events', { parse: schemas({ 'order.created': z.object({ id: z.string() }) }) })
 *
 * @param parse - How the text becomes the value that is checked. Default: 'json'.
 * @throws SSEError with code `options` for a value that is no Standard Schema.
 */
export function schemas<const S extends Readonly<Record<string, StandardSchema>>>(
  map: S,
  parse: Parse = 'json',
  // NoInfer: beside an observer, a client's types are inferred from here, and not the other way round.
): NoInfer<PayloadParser<InferEvents<S>>> {
  const known = new Map(Object.entries(map))
  for (const [name, schema] of known) if (!schema?.['~standard']) throw optionError(name, 'a Standard Schema', schema)
  return Object.assign((raw: string, type: string) => parsePayload(parse, raw, type), {
    validate(data: unknown, type: string) {
      const schema = known.get(type)
      return schema ? validate(schema, data) : data
    },
  })
}

/** @throws An Error if the value does not fit, with the schema's `issues`; or if the schema does not answer at once. */
function validate(schema: StandardSchema, data: unknown): unknown {
  const result = schema['~standard'].validate(data)
  // Waiting for it would let later events overtake this one.
  if (isThenable(result)) {
    result.then(undefined, () => {})
    throw Error('an asynchronous schema')
  }
  const { issues } = result
  if (issues) throw Object.assign(Error(issues.map(({ message }) => message).join()), { issues })
  return result.value
}
