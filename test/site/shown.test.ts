import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { showing } from '../../site/shown.ts'

/** A repository with these files. */
function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'headwater-shown-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

it('the page of a file has its path as title, and its code in its language', () => {
  const root = repository({ 'examples/a.mjs': 'run()\n', LICENSE: 'MIT\n' })
  expect(showing(root, 'examples/a.mjs')).toBe('# examples/a.mjs\n\n````js\nrun()\n````\n')
  expect(showing(root, 'LICENSE')).toBe('# LICENSE\n\n````txt\nMIT\n````\n')
})

it('the page of a folder has a heading for each source in it, in order, and leaves out other files', () => {
  const root = repository({ 'examples/x/b/c.rs': 'fn c() {}', 'examples/x/a.tsx': '<A />', 'examples/x/d.png': '' })
  expect(showing(root, 'examples/x')).toBe(
    '# examples/x\n\n## a.tsx\n\n````tsx\n<A />\n````\n\n## b/c.rs\n\n````rs\nfn c() {}\n````\n',
  )
})
