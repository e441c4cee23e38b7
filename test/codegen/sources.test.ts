import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findSources } from '../../codegen/sources.ts'
import { folderWith } from './stage.ts'

const FILES = {
  'rust/models/sse/comment_sse.rs': '',
  'rust/models/sse/system_sse.rs': '',
  'rust/models/comment.rs': '',
  'rust/target/debug/old_sse.rs': '',
  'rust/package.json': '{}',
  'json/a.json': '{}',
  'json/deep/b.yaml': '',
  'json/node_modules/c.json': '{}',
  'empty/readme.md': '',
}

function find(...names: string[]) {
  const folder = folderWith(FILES)
  const shown = (files: readonly string[]) => files.map((file) => relative(folder, file))
  try {
    const { rust, documents } = findSources(names, folder)
    return { rust: shown(rust), documents: shown(documents) }
  } catch (error) {
    return (error as Error).message
  }
}

describe('sources', () => {
  it.each<[names: string[], rust: string[], documents: string[]]>([
    [['rust'], ['rust/models/sse/comment_sse.rs', 'rust/models/sse/system_sse.rs'], []],
    [['rust/**/comment*.rs'], ['rust/models/comment.rs', 'rust/models/sse/comment_sse.rs'], []],
    [['rust/models/comment.rs', 'json/a.json'], ['rust/models/comment.rs'], ['json/a.json']],
    [['json'], [], ['json/a.json', 'json/deep/b.yaml']],
    [['json', 'json/*.json', 'json/a.json'], [], ['json/a.json', 'json/deep/b.yaml']],
  ])('%j are files', (names, rust, documents) => {
    expect(find(...names)).toEqual({ rust, documents })
  })

  it('are not what was generated from them, unless a file is named', () => {
    const folder = folderWith({ 'a.json': '{}', 'out/events.json': '{}' })
    const find = (...names: string[]) =>
      findSources(names, folder, 'out').documents.map((file) => relative(folder, file))
    expect([find('.'), find('**/*.json'), find('out/events.json')]).toEqual([
      ['a.json'],
      ['a.json'],
      ['out/events.json'],
    ])
  })

  it.each([
    ['nowhere', 'there is no such file or folder'],
    ['rust/*.toml', 'no file matches'],
    ['empty', 'the folder has no source of events: no *_sse.rs, no .json, .yaml or .yml'],
    ['empty/readme.md', 'is no source of events: expected .rs, .json, .yaml or .yml'],
    [join('rust/package.json', 'x'), 'there is no such file or folder'],
  ])('%s is refused', (name, message) => {
    expect(find(name)).toBe(message)
  })
})
