import type { SchemaIssue, StandardSchema } from 'headwater'

/** What a schema answers. */
export type Answer<Output = unknown> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** A Standard Schema of one function. */
export const schema = <Output>(
  validate: (value: unknown) => Answer<Output> | Promise<Answer<Output>>,
): StandardSchema<Output> => ({ '~standard': { version: 1, vendor: 'test', validate } })
