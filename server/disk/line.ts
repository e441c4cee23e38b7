import { crc32 } from 'node:zlib'

/*
 * Lines of JSON with a checksum as their last field, so that a damaged line is not taken for a whole one:
 * {"seq":1,…,"crc":"1c291ca3"}
 */

/** `,"crc":"` and eight digits and `"}`. */
const TRAILER = 18
const LINE_END = 0x0a

const hex = (sum: number): string => sum.toString(16).padStart(8, '0')

/** @param value - An object with at least one field. */
export function encodeLine(value: object): string {
  const text = JSON.stringify(value).slice(0, -1)
  return `${text},"crc":"${hex(crc32(text))}"}\n`
}

/** The object in a line. Undefined for a line that is damaged, or is none of ours. */
export function decodeLine(line: Buffer): Readonly<Record<string, unknown>> | undefined {
  const end = line.length - TRAILER
  if (end < 2) return undefined
  const body = line.subarray(0, end)
  if (line.toString('latin1', end) !== `,"crc":"${hex(crc32(body))}"}`) return undefined
  return JSON.parse(`${body.toString('utf8')}}`)
}

/**
 * Every line that ends, with where it begins. The bytes behind the last line end are a line too, and one that does not end.
 */
export function* linesOf(
  bytes: Buffer,
): Generator<{ readonly at: number; readonly line: Buffer; readonly ends: boolean }> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(LINE_END, at)
    const stop = end < 0 ? bytes.length : end
    yield { at, line: bytes.subarray(at, stop), ends: end >= 0 }
    at = stop + 1
  }
}

/** The lines of a file, up to the first that is not whole. */
export interface Scan {
  /** Where the whole lines end. */
  readonly end: number
  readonly damage:
    | undefined
    /** `torn`: nothing whole follows, and the file breaks off inside the line, as after a process was killed while it wrote. */
    | 'torn'
    /** Nothing whole follows, and yet the file ends with a line end: it was written to its end, and damaged later. */
    | 'tail'
    /** Whole lines follow. */
    | 'middle'
}

/**
 * Reads a file of lines.
 * @param accept - Is given what each whole line has, in order, where the line begins and how long it is. False: the line does
 *   not belong here, and counts as damaged.
 */
export function scanLines(
  bytes: Buffer,
  accept: (value: Readonly<Record<string, unknown>>, at: number, length: number) => boolean,
): Scan {
  let damagedAt = -1
  for (const { at, line, ends } of linesOf(bytes)) {
    const value = ends ? decodeLine(line) : undefined
    if (damagedAt < 0 && !(value && accept(value, at, line.length + 1))) damagedAt = at
    if (damagedAt >= 0 && value) return { end: damagedAt, damage: 'middle' }
  }
  if (damagedAt < 0) return { end: bytes.length, damage: undefined }
  return { end: damagedAt, damage: bytes.at(-1) === LINE_END ? 'tail' : 'torn' }
}
