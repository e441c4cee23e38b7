import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPaint, plain, styleOf } from '../../../cli/terminal/palette.ts'
import { Screen } from '../terminal.ts'

afterEach(() => vi.unstubAllEnvs())

describe('paint', () => {
  it('is for terminals', () => {
    vi.stubEnv('FORCE_COLOR', undefined)
    expect(createPaint(new Screen(true))('red', 'a')).toBe('\x1b[31ma\x1b[39m')
    expect(createPaint(new Screen(false))('red', 'a')).toBe('a')
  })

  it('is for others too where FORCE_COLOR says so', () => {
    vi.stubEnv('FORCE_COLOR', '1')
    const paint = createPaint(new Screen(false))
    expect(paint('dim', 'a.b')).toBe('\x1b[2ma.b\x1b[22m')
    expect(paint('dim', 'c')).toBe('\x1b[2mc\x1b[22m')
  })

  it('is not where FORCE_COLOR is 0', () => {
    vi.stubEnv('FORCE_COLOR', '0')
    expect(createPaint(new Screen(true))('red', 'a')).toBe('a')
  })

  it('may be none at all', () => {
    expect(plain('red', 'a')).toBe('a')
  })
})

describe('the colour of a name', () => {
  it('is the same each time', () => {
    expect(styleOf('order.created')).toBe('magenta')
    expect(styleOf('order.created')).toBe('magenta')
  })

  it('differs among names, and can be read on black and on white', () => {
    const styles = new Set(Array.from({ length: 200 }, (_, n) => styleOf(`event.${n}`)))
    expect([...styles].sort()).toEqual(['blueBright', 'cyan', 'green', 'magenta', 'magentaBright', 'yellow'])
  })
})
