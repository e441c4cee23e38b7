/*
 * From the text of an event to its payload.
 */

/** How the text of an event becomes a value. A function gets the text and the event's name; what it throws goes to `onInvalid`. */
export type Parse = 'json' | 'text' | ((raw: string, type: string) => unknown)

/** What a schema library says of a value that it refuses. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/**
 * The part of the Standard Schema interface that is used here (https://standardschema.dev), which zod, valibot,
 * arktype and others implement.
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
  [Type in keyof Schemas]: Schemas[Type] extends StandardSchema<infer Output> ? Output : never
}

/** @throws What the parser throws: a SyntaxError for malformed JSON. */
export const parseText = (parse: Parse, raw: string, type: string): unknown =>
  // `data` alone is an event without a payload, which is no malformed JSON.
  typeof parse === 'function' ? parse(raw, type) : parse === 'text' ? raw : raw ? JSON.parse(raw) : undefined

/** @throws An Error if the value does not fit, with the schema's `issues`; or if the schema cannot tell at once. */
export function validate(schema: StandardSchema, data: unknown): unknown {
  const result = schema['~standard'].validate(data)
  // Waiting for it would let later events overtake this one.
  if (result instanceof Promise) {
    result.catch(() => {})
    throw Error('an asynchronous schema')
  }
  const { issues } = result
  if (issues) throw Object.assign(Error(issues.map(({ message }) => message).join()), { issues })
  return result.value
}

/**
 * For the option `type`: routes by the `type` field of the payload, as in `data: {"type":"order.updated",…}`;
 * by the event's own name where the payload has none.
 */
export function byDataType({ type, data }: { readonly type: string; readonly data: unknown }): string {
  const named = data as { readonly type?: unknown } | null | undefined
  return typeof named?.type === 'string' ? named.type : type
}
