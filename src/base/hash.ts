/**
 * 53 bits that stand for a text: for names and keys that should not quote it, as a URL may hold a token. Not for secrets
 * that can be guessed. (After cyrb53, public domain: two 32-bit hashes, joined.)
 */
export function hash(text: string): string {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (const character of text) {
    const code = character.codePointAt(0) as number
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  return (4294967296 * (b >>> 11) + (a >>> 0)).toString(36)
}
