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
    expect((await loadPeer<{ readonly mine: boolean }>('yaml', 'YAML', 'mine', folder)).mine).toBe(true)
  })

  it('stands beside this package, if the project has none', () => {
    expect(resolvePeer('yaml', 'YAML', temporaryFolder())).toMatch(/node_modules\/yaml\//)
  })

  it('is asked for by the command that installs it', () => {
    expect(() => resolvePeer('tree-sitter-of-nobody', 'Rust')).toThrow(
      'sources in Rust need web-tree-sitter 0.25 or newer and tree-sitter-rust 0.24 or newer, and tree-sitter-of-nobody is not installed: npm install --save-dev web-tree-sitter@latest tree-sitter-rust@latest',
    )
  })

  it('is refused with the version that is needed, if it is too old', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'node_modules/yaml'), { recursive: true })
    writeFileSync(join(folder, 'node_modules/yaml/index.js'), 'exports.parse = () => {}')
    await expect(loadPeer<{ readonly visit: unknown }>('yaml', 'YAML', 'visit', folder)).rejects.toThrow(
      'sources in YAML need yaml 2 or newer, and an older yaml is installed: npm install --save-dev yaml@latest',
    )
  })
})
