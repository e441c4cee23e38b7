import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Browser } from 'playwright'
import { today } from '../prove/section.ts'
import type { Consumer, Result } from './consumer.ts'
import { createProject, install, installerVersion, pack, runIn, versionOf } from './install.ts'
import { drivePage, launch } from './page.ts'
import { driveProgram } from './program.ts'
import { writeResults } from './results.ts'
import { startServer } from './server.ts'
import { serveFolder } from './site.ts'
import { CONSUMERS } from './table.ts'

/*
 * npm run consumers [-- --only vite-vue,next] [--write]
 *
 * Packs what `npm run build` has made, installs it into projects in a temporary folder, and builds and drives each of them. With
 * --write the results are kept, and docs/compatibility.md is written.
 */

/** A package without its version. */
const nameOf = (specifier: string): string => specifier.replace(/(?<=.)@[^/]*$/, '')

async function tryConsumer(consumer: Consumer, tarball: string, browser: Browser): Promise<Result> {
  const folder = createProject(consumer)
  const { packages, shown = packages.map(nameOf), installer, commands = [], site, server, program } = consumer
  const date = today()
  let versions: Record<string, string> = {}
  try {
    if (installer) versions = { [installer]: await installerVersion(installer) }
    await install(consumer, folder, tarball)
    for (const name of shown) versions[name] = versionOf(folder, name)
    for (const command of commands) await runIn(folder, command, consumer)
    if (site) await drivePage(browser, { start: async () => serveFolder(join(folder, site)), isRendered: false })
    if (server) await drivePage(browser, { start: (stream) => startServer(folder, server, stream), isRendered: true })
    if (program) await driveProgram(program, folder)
    return { date, versions }
  } catch (error) {
    return { date, versions, failure: (error as Error).message }
  }
}

const { values } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean' } } })
const only = values.only?.split(',')
const unknown = only?.filter((name) => !CONSUMERS.some((consumer) => consumer.name === name)) ?? []
if (unknown.length)
  throw Error(`there is no ${unknown.join(', ')}; there are ${CONSUMERS.map(({ name }) => name).join(', ')}`)

const tarball = await pack()
const browser = await launch()
for (const consumer of CONSUMERS) {
  if (only && !only.includes(consumer.name)) continue
  const result = await tryConsumer(consumer, tarball, browser)
  const { failure, versions } = result
  console.log(
    `${failure ? 'failed' : 'ok    '} ${consumer.name} ${JSON.stringify(versions)}${failure ? `\n${failure}` : ''}`,
  )
  if (failure) process.exitCode = 1
  // Failures too: the page says what was seen.
  if (values.write) writeResults({ [consumer.name]: result })
}
await browser.close()
