/**
 * Characters that a terminal may act on, or show in another order: control characters (C0, DEL, and C1, which holds a
 * one-character CSI) but for the tab, line separators, the BOM, and those that turn the direction of writing.
 */
const UNSAFE = /(?!\t)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu

/**
 * Text of a server's in one line, so that it cannot play with the terminal. The escapes are JSON's, so what was JSON
 * without white space outside its strings still is, and means the same.
 */
export const visible = (text: string): string =>
  text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The beginning of a text, for a line that has other things to say too. */
export const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}… (${text.length} characters)` : text
