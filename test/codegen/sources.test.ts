import fs, { symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findSources, findTypes } from '../../codegen/sources.ts'
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

  it('are files and folders in Node 20, which does not know patterns', () => {
    const { globSync } = fs
    Object.assign(fs, { globSync: undefined })
    onTestFinished(() => void Object.assign(fs, { globSync }))
    expect(find('json/*.json')).toContain('patterns need Node 22 or newer, name files or folders')
    expect(find('rust')).toMatchObject({ documents: [] })
  })

  it('are not what was generated from them, unless a file is named', () => {
    const folder = folderWith({ 'a.json': '{}', 'out/events.json': '{}' })
    const find = (...names: string[]) =>
      findSources(names, folder, join(folder, 'out/events.json')).documents.map((file) => relative(folder, file))
    expect([find('.'), find('**/*.json'), find('out/events.json')]).toEqual([
      ['a.json'],
      ['a.json'],
      ['out/events.json'],
    ])
  })

  it('may stand where what is generated from them goes', () => {
    const folder = folderWith({ 'a.json': '{}', 'events.json': '{}' })
    expect(findSources(['.'], folder, join(folder, 'events.json')).documents).toEqual([join(folder, 'a.json')])
  })

  it('are found through symbolic links to files, not through those to folders, to themselves and to nothing', () => {
    const folder = folderWith({ 'models/a_sse.rs': '', 'other/b_sse.rs': '' })
    symlinkSync('../other/b_sse.rs', join(folder, 'models/b_sse.rs'))
    symlinkSync('nowhere', join(folder, 'models/c_sse.rs'))
    symlinkSync('..', join(folder, 'models/up'))
    const found = ['models/a_sse.rs', 'models/b_sse.rs']
    for (const name of ['models', 'models/*.rs'])
      expect(findSources([name], folder).rust.map((file) => relative(folder, file))).toEqual(found)
    symlinkSync('loop', join(folder, 'loop'))
    expect(() => findSources(['loop'], folder)).toThrow('cannot be read: its symbolic links lead in a circle')
  })

  it.each([
    ['nowhere', 'there is no such file or folder'],
    ['rust/*.toml', 'no file matches'],
    ['empty', 'the folder has no source of events: no *_sse.rs, no .json, .yaml or .yml'],
    ['empty/readme.md', 'is no source of events: expected .rs, .json, .yaml or .yml'],
    [join('rust/package.json', 'x'), 'there is no such file or folder'],
    ['a'.repeat(300), 'cannot be read: the name is too long'],
  ])('%s is refused', (name, message) => {
    expect(find(name)).toBe(message)
  })
})

describe('types', () => {
  it('are the files of Rust, each once', () => {
    const folder = folderWith(FILES)
    expect(findTypes(['rust', 'rust/models/*.rs'], folder).map((file) => relative(folder, file))).toEqual([
      'rust/models/comment.rs',
      'rust/models/sse/comment_sse.rs',
      'rust/models/sse/system_sse.rs',
    ])
  })

  it.each([['empty'], ['json/a.json']])('are not in %s', (name) => {
    expect(() => findTypes([name], folderWith(FILES))).toThrow('has no types: expected a file of Rust (.rs)')
  })
})
