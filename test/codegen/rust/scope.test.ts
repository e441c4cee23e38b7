import { describe, expect, it } from 'vitest'
import { moduleOf, pathOf } from '../../../codegen/rust/scope.ts'

describe('the module of a file', () => {
  it.each([
    ['/app/src/models/sse/comment_sse.rs', ['app', 'models', 'sse', 'comment_sse']],
    ['/app/src/models/mod.rs', ['app', 'models']],
    ['/app/src/lib.rs', ['app']],
    ['C:\\app\\src\\models\\user.rs', ['C:', 'app', 'models', 'user']],
  ])('%s follows from its path', (file, module) => {
    expect(moduleOf(file)).toEqual(module)
  })
})

describe('a path', () => {
  it.each([
    ['User', ['User']],
    ['crate :: r#type::\n User', ['crate', 'type', 'User']],
    ['::std::vec::Vec', ['std', 'vec', 'Vec']],
  ])('%j has names', (text, path) => {
    expect(pathOf(text)).toEqual(path)
  })
})
