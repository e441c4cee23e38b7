/*
 * From the text of an event to its payload.
 */

/** A function that makes the value of an event. `E` exists only for TypeScript: the payloads by event name. */
export interface PayloadParser<E = unknown> {
  /**
   * From the text to the value. An error that it throws goes to `onInvalid`.
   * @param type - The event's own name.
   */
  (raw: string, type: string): unknown
  /**
   * Checks the value, once it is known which name it is routed by.
   * @returns The value that handlers get.
   */
  validate?(data: unknown, type: string): unknown
  readonly '~events'?: Partial<E> | undefined
}

/** How the text of an event becomes a value. */
export type Parse<E = unknown> = 'json' | 'text' | PayloadParser<E>

/** @throws What the parser throws: a SyntaxError for malformed JSON. */
export const parsePayload = (parse: Parse, raw: string, type: string): unknown =>
  // `data` alone is an event without a payload, which is no malformed JSON.
  typeof parse === 'function' ? parse(raw, type) : parse === 'text' ? raw : raw ? JSON.parse(raw) : undefined

/**
 * For the option `type`: routes by the `type` field of the payload, as in `data: {"type":"order.updated",…}`; by the
 * event's own name where the payload has none.
 */
export function byDataType({ type, data }: { readonly type: string; readonly data: unknown }): string {
  const named = data as { readonly type?: unknown } | null | undefined
  return typeof named?.type === 'string' ? named.type : type
}
