import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../codegen/base/problems.ts'
import { generate } from '../../codegen/generate.ts'
import { DEFAULTS, generateFrom } from './stage.ts'

/** The models of a small server in Rust. */
const MODELS = join(import.meta.dirname, 'rust/models')

describe('what is generated', () => {
  it('is as the golden files have it, from Rust', async () => {
    const rust = { ...DEFAULTS.rust, types: ['user.rs'], nameCase: 'dot' as const }
    const { files, problems } = await generate({ ...DEFAULTS, folder: MODELS, rust })
    expect(problems.map((problem) => formatProblem(problem, MODELS))).toEqual([])
    for (const [name, text] of files) await expect(text).toMatchFileSnapshot(`golden/rust/${name}`)
  })

  it('does not depend on the order of the sources', async () => {
    const files = { 'b.json': { type: 'null' }, 'a.json': { items: { $ref: 'b.json' } } }
    const one = await generateFrom(files, { sources: ['a.json', 'b.json'] })
    const other = await generateFrom(files, { sources: ['b.json', 'a.json'] })
    expect([...one.files]).toEqual([...other.files])
    expect([...one.files.keys()]).toEqual(['events.ts', 'events.json'])
  })

  it('is the same from the event map that was written', async () => {
    const { files } = await generateFrom({ 'b.json': { type: 'null' }, 'a.json': { items: { $ref: 'b.json' } } })
    const again = await generateFrom({ 'events.json': files.get('events.json') })
    expect([...again.files]).toEqual([...files])
  })

  it('is nothing, if a source has a mistake', async () => {
    const { files, lines } = await generateFrom({ 'a.json': { not: {} }, 'b.json': { type: 'x' } })
    expect([files.size, lines.length]).toEqual([0, 2])
  })
})
