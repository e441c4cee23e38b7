import type { Paint } from '../../terminal/palette.ts'

/*
 * JSON as text, from text: a round trip through `JSON.parse` would change large numbers and drop keys that
 * stand twice. A debugger shows what was sent.
 */

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** A piece of valid JSON: strings, and what lies between them. */
type Piece = readonly [kind: 'key' | 'string' | 'other', text: string]

/** Cut by hand and not by a pattern: one string may be megabytes long, and patterns keep a way back for each character. */
function* pieces(json: string): Generator<Piece> {
  for (let from = 0; from < json.length; ) {
    const quote = json.indexOf('"', from)
    const other = json.slice(from, quote < 0 ? json.length : quote).replace(/\s+/g, '')
    if (other) yield ['other', other]
    if (quote < 0) return
    let end = quote + 1
    while (end < json.length && json.charCodeAt(end) !== QUOTE) end += json.charCodeAt(end) === BACKSLASH ? 2 : 1
    from = end + 1
    const isKey = /^\s*:/.test(json.slice(from, from + 100))
    yield [isKey ? 'key' : 'string', json.slice(quote, from)]
  }
}

/** Valid JSON without white space between its tokens. */
export function compact(json: string): string {
  let text = ''
  for (const piece of pieces(json)) text += piece[1]
  return text
}

/**
 * JSON in which the escape of half a surrogate pair is U+FFFD: the grammar allows it, and jq and others read nothing more after it
 * (RFC 8259, 8.2).
 */
export const wellFormed = (json: string): string =>
  /\\u[dD][89a-fA-F]/.test(json)
    ? json.replace(/\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)/g, (whole, half) =>
        half ? '\\ufffd' : whole,
      )
    : json

/** Valid JSON with keys and strings in colours. */
export function colour(json: string, paint: Paint): string {
  let text = ''
  for (const [kind, piece] of pieces(json))
    text += kind === 'key' ? paint('cyan', piece) : kind === 'string' ? paint('green', piece) : piece
  return text
}
