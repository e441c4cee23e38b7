/*
 * Checks of plain data: scripts come from JSON files and over HTTP, past all types.
 */

/** Whether a value fits. */
export type Check = (value: unknown) => boolean

/** A check for each field that an object may have. */
export type Fields = Readonly<Record<string, Check>>

export const anything: Check = () => true
export const isTrue: Check = (value) => value === true
export const isFlag: Check = (value) => typeof value === 'boolean'
export const isText: Check = (value) => typeof value === 'string'
export const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)
/** Milliseconds that can be waited for: not Infinity. */
export const isTime: Check = (value) => Number.isFinite(value) && Number(value) >= 0
export const isWhole: Check = (value) => Number.isInteger(value) && isTime(value)
export const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
export const isHeaders: Check = (value) => isObject(value) && Object.values(Object(value)).every(isText)

/** An object with these fields and no others. */
export const fieldsOf =
  (fields: Fields, required: readonly string[] = []): Check =>
  (value) =>
    isObject(value) &&
    required.every((name) => Object(value)[name] !== undefined) &&
    Object.entries(Object(value)).every(
      ([name, each]) => each === undefined || (Object.hasOwn(fields, name) && fields[name]?.(each)),
    )

/** A list of objects with all of these fields and no others. */
export const listOf =
  (fields: Fields): Check =>
  (value) =>
    Array.isArray(value) && value.every(fieldsOf(fields, Object.keys(fields)))
