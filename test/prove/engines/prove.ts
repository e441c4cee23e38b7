import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Verdict } from '../../conformance/case.ts'
import type { ClientName } from '../../conformance/names.ts'
import { openSuite } from '../../conformance/watch.ts'
import { ENGINES, type Engine, type EngineName, installs, isEngine, openEngine, titleOf } from '../../engines/engine.ts'
import { type Outcome, type Prove, today } from '../section.ts'
import { ADAPTERS } from './adapters.ts'
import type { Check } from './check.ts'
import { CASES, CLIENTS, type Conformity, conformityRows, unknownFaults } from './conformity.ts'
import { CORE } from './core.ts'
import { PAGE_LIFE } from './page-life.ts'
import { HEARTBEAT } from './server.ts'
import { openStage } from './stage.ts'
import { TABS } from './tabs.ts'

/*
 * npm run prove -- engines [--only chromium,webkit] [--checks <part of a name>] [--no-conformance]
 */

const CHECKS: readonly Check[] = [...CORE, ...PAGE_LIFE, ...ADAPTERS, ...TABS]

/** For one check, in milliseconds: what waits for the page itself has no other limit. */
const PATIENCE = 60_000

async function late(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false })
  throw Error(`not done within ${PATIENCE / 1000} s`)
}

/** @returns What was seen, and whether that is a failure. */
async function runCheck(check: Check, engine: Engine): Promise<{ readonly seen: string; readonly failed: boolean }> {
  const stage = await openStage(engine, check.options)
  try {
    return { seen: await Promise.race([check.run(stage), late()]), failed: false }
  } catch (error) {
    return { seen: error instanceof Error ? error.message : `${error}`, failed: true }
  } finally {
    await stage.close()
  }
}

async function conform(name: EngineName): Promise<Conformity> {
  const suite = await openSuite(name)
  try {
    const verdicts: Partial<Record<ClientName, Readonly<Record<string, Verdict>>>> = {}
    for (const client of CLIENTS) verdicts[client] = await suite.run(client, CASES)
    return { name, title: suite.title, verdicts }
  } finally {
    await suite.close()
  }
}

function readArgs(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      only: { type: 'string', default: ENGINES.join() },
      checks: { type: 'string', default: '' },
      conformance: { type: 'boolean', default: true },
    },
  })
  return {
    names: values.only.split(',').filter(isEngine),
    checks: CHECKS.filter(({ name }) => name.includes(values.checks)),
    hasConformance: values.conformance && values.checks === '',
    isPart: args.length > 0,
  }
}

export const prove: Prove = async (args) => {
  const { names, checks, hasConformance, isPart } = readArgs(args)
  const leftOut: string[] = isPart ? ['what the options do not ask for'] : []
  const failures: string[] = []
  const versions: Record<string, string> = {}
  const rows: string[][] = checks.map(({ name }) => [name])
  const conformities: Conformity[] = []
  const titles: string[] = []
  for (const name of names) {
    const command = installs(name)
    if (command) {
      leftOut.push(`${titleOf(name)} is not installed: ${command}`)
      continue
    }
    const engine = await openEngine(name)
    versions[engine.title] = engine.version
    titles.push(engine.title)
    try {
      for (const [index, check] of checks.entries()) {
        const { seen, failed } = await runCheck(check, engine)
        const line = `${engine.title}: ${check.name}: ${seen}`
        console.log(line)
        rows[index]?.push(failed ? `**fails**: ${seen}` : seen)
        if (failed) failures.push(line)
      }
    } finally {
      await engine.close()
    }
    if (hasConformance) conformities.push(await conform(name))
  }
  versions['Node'] = process.version.slice(1)
  failures.push(...conformities.flatMap(unknownFaults))
  const head = ['', ...titles]
  return {
    failures,
    leftOut,
    section: {
      title: 'Engines',
      date: today(),
      command: 'npm run prove -- engines',
      versions,
      intro: INTRO,
      tables: [
        { head, rows },
        ...(conformities.length
          ? [{ title: 'The standard in each engine', head, rows: conformityRows(conformities) }]
          : []),
      ],
      notes: NOTES,
    },
  } satisfies Outcome
}

const INTRO = `The built package in a page that an application's build could have made, from a real server, in three engines. The page has the policy
of [Security](security.md#content-security-policy). WebKitGTK is the WebKit of Linux. Safari, which has the same engine with another
network below it, was not run.`

const NOTES = [
  '"Nothing lost" means that the page got every event once and in order, those too that were published while it had no connection. Times depend on the machine.',
  `The server sends a heartbeat after ${HEARTBEAT / 1000} s of silence. However fast the heartbeat is, a client takes a connection for dead after 10 s of silence at the earliest.`,
  'Chromium runs with a back/forward cache, and slows down pages that nobody sees, as it does for its users.',
  'Firefox keeps no page in its back/forward cache that has an open stream when it is left. It loads the page again, and `keepCursor()` has the cursor. A page without a stream it keeps.',
  'Tests cannot hide a page in Firefox, which opens each tab in a window of its own, and cannot take the network from WebKitGTK. The reaction of the client to an `offline` event is the same code in all engines.',
  "Where a script sets a header, WebKitGTK encodes its value as UTF-8. Fetch sends one byte for each character, so the client has encoded the id already, and it arrives encoded twice. `lastEventIdIn: 'query'` avoids this. Ids of the reference server are ASCII.",
  'A turn of the page is a message or a timer that the page has asked for. 10 ms of events are right.',
  'The cases of the second table are those of the standard in `test/conformance/`. `npm run conformance -- --browser webkit` runs them alone. Below each client are the cases that it does not pass in every engine.',
]
