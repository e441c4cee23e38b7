import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPeer, resolvePeer } from '../../../codegen/base/peers.ts'
import { folder as temporaryFolder } from '../../support/folder.ts'

describe('an optional package', () => {
  it("is the project's own, if it has one", async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'node_modules/yaml'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/yaml/index.js'), 'exports.mine = true')
    expect((await loadPeer<{ readonly mine: boolean }>('yaml', 'YAML', folder)).mine).toBe(true)
  })

  it('stands beside this package, if the project has none', () => {
    expect(resolvePeer('yaml', 'YAML', temporaryFolder())).toMatch(/node_modules\/yaml\//)
  })

  it('is asked for by the command that installs it', () => {
    expect(() => resolvePeer('tree-sitter-of-nobody', 'Rust')).toThrow(
      'sources in Rust need a package that is not installed: npm install --save-dev web-tree-sitter tree-sitter-rust',
    )
  })
})
