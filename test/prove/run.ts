import { toText } from './document.ts'
import { writeDocument, writeResult } from './results.ts'
import type { Prove } from './section.ts'

/*
 * npm run prove -- <section> [--write] [options of the section]
 * npm run prove -- document
 *
 * Runs the proofs of a section against the built package (`npm run build`). With --write the result is kept in
 * test/prove/results/, and docs/reliability.md is written. `document` only writes that page, from the results that are kept.
 */

/** A section, and what runs it. */
const SECTIONS: Readonly<Record<string, () => Promise<{ readonly prove: Prove }>>> = {
  proxies: () => import('./proxies/prove.ts'),
  chaos: () => import('./chaos/prove.ts'),
  soak: () => import('./soak/prove.ts'),
  engines: () => import('./engines/prove.ts'),
  scale: () => import('./scale/prove.ts'),
}

async function run(name: string, args: readonly string[]): Promise<void> {
  const load = SECTIONS[name]
  if (!load) throw Error(`npm run prove -- wants one of: document, ${Object.keys(SECTIONS).join(', ')}`)
  const { prove } = await load()
  const { section, failures, leftOut } = await prove(args.filter((arg) => arg !== '--write'))
  console.log(`\n${toText(section)}\n`)
  for (const line of leftOut) console.log(`left out: ${line}`)
  for (const line of failures) console.log(`failed: ${line}`)
  if (failures.length) process.exitCode = 1
  if (!args.includes('--write')) return
  // A table with holes would replace one without.
  if (failures.length || leftOut.length) return console.log('not written: something has failed, or was left out')
  writeResult(name, section)
  writeDocument()
  console.log(`written: test/prove/results/${name}.json, docs/reliability.md`)
}

const [name = '', ...args] = process.argv.slice(2)
if (name === 'document') writeDocument()
else await run(name, args)
