import fc from 'fast-check'

/**
 * Text of any characters, and of halves of them. The unit `binary` of fast-check would do, but sets up a Map of a million
 * characters first.
 */
export const anyText = (maxLength?: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    ...(maxLength !== undefined && { maxLength }),
  })
