import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import { globBase, isGlob, isWithin, shownPath } from '../../../codegen/base/paths.ts'

describe('a path', () => {
  it.each([
    ['/app/models/a.rs', '/app', posix, 'models/a.rs'],
    ['/app/a\\b.rs', '/app', posix, 'a\\b.rs'],
    ['/lib/a.rs', '/app', posix, '../lib/a.rs'],
    ['/app', '/app', posix, '.'],
    ['C:\\app\\models\\a.rs', 'C:\\app', win32, 'models/a.rs'],
    ['D:\\lib\\a.rs', 'C:\\app', win32, 'D:/lib/a.rs'],
  ])('%s is shown from %s', (file, folder, path, shown) => {
    expect(shownPath(file, folder, path)).toBe(shown)
  })

  it.each([
    ['/app/out', '/app/out', posix, true],
    ['/app/out/a.ts', '/app/out', posix, true],
    ['/app/outer/a.ts', '/app/out', posix, false],
    ['/a', '/', posix, true],
    ['C:\\app\\out\\a.ts', 'C:\\app\\out', win32, true],
    ['C:\\app\\outer', 'C:\\app\\out', win32, false],
    ['C:\\a', 'C:\\', win32, true],
  ])('%s in %s is found', (file, folder, path, within) => {
    expect(isWithin(file, folder, path)).toBe(within)
  })
})

describe('a glob', () => {
  it.each([
    ['models/**/*_sse.rs', posix, 'models/'],
    ['*.rs', posix, '.'],
    ['a\\[b/*.rs', posix, '.'],
    ['/app/a{b,c}/*.rs', posix, '/app/'],
    ['models\\sse\\*.rs', win32, 'models\\sse\\'],
    ['models/sse\\*.rs', win32, 'models/sse\\'],
  ])('%s begins in a folder', (name, path, base) => {
    expect([isGlob(name), globBase(name, path)]).toEqual([true, base])
  })

  it('has a pattern', () => {
    expect(isGlob('models/a_sse.rs')).toBe(false)
  })
})
