import { parseArgs } from 'node:util'
import type { Browser } from 'playwright'
import { bundlePage } from '../../support/bundle.ts'
import { type Outcome, type Prove, today } from '../section.ts'
import { openChromium } from './chromium.ts'
import { repeat } from './load.ts'
import { HEAD, rowOf } from './row.ts'
import { run } from './run.ts'
import { SAMPLES, SOAKS, type Soak } from './soaks.ts'
import { judge, type Sample } from './verdict.ts'

/*
 * npm run prove -- soak [--scale 0.1] [--only events,react] [--node] [--chromium] [--samples]
 */

/** So many run at the same time. Some of them wait most of the time. */
const JOBS = 3

function readArgs(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scale: { type: 'string', default: '1' },
      only: { type: 'string', default: SOAKS.map(({ load }) => load).join() },
      samples: { type: 'boolean', default: false },
      node: { type: 'boolean', default: false },
      chromium: { type: 'boolean', default: false },
    },
  })
  const scale = Number(values.scale)
  if (!(scale > 0)) throw Error(`--scale wants a number above 0, got ${values.scale}`)
  const isBoth = values.node === values.chromium
  const asked = { Node: isBoth || values.node, Chromium: isBoth || values.chromium }
  const soaks = SOAKS.filter(({ where, load }) => asked[where] && values.only.split(',').includes(load))
  return { soaks, scale, shown: values.samples, isPart: soaks.length < SOAKS.length || scale < 1 }
}

/** The script of the page, in both builds of React. It has the package as it is built. */
async function bundlePages(): Promise<Record<'development' | 'production', string>> {
  const bundle = (build: string): Promise<string> =>
    bundlePage(new URL('page.ts', import.meta.url), {
      define: { 'process.env.NODE_ENV': JSON.stringify(build) },
      // The paths of the configuration name the sources.
      tsconfigRaw: {},
    })
  return { development: await bundle('development'), production: await bundle('production') }
}

/** What was found, by the table that it belongs to. */
type Rows = Readonly<Record<'client' | 'page' | 'server', Map<Soak, string[]>>>

export const prove: Prove = async (args) => {
  const { soaks, scale, shown, isPart } = readArgs(args)
  const rows: Rows = { client: new Map(), page: new Map(), server: new Map() }
  const failures: string[] = []
  const needsBrowser = soaks.some(({ where }) => where === 'Chromium')
  const browser = needsBrowser ? await openChromium() : undefined
  const pages = needsBrowser ? await bundlePages() : undefined

  function note(soak: Soak, table: keyof Rows, name: string, samples: readonly Sample[]): void {
    const verdict = judge(samples, soak.noise)
    const row = rowOf(name, samples, verdict)
    process.stderr.write(`${soak.where}: ${row.join(', ')}\n`)
    if (shown) process.stderr.write(`  ${samples.map(({ bytes }) => Math.round(bytes / 1000)).join(' ')} kB\n`)
    rows[table].set(soak, row)
    if (verdict.isFlat === (soak.leaks === true)) failures.push(`${soak.where}, ${row.join(', ')}`)
  }

  const waiting = [...soaks]
  await repeat(soaks.length, JOBS, async () => {
    const soak = waiting.shift()
    if (!soak) return
    const chromium =
      soak.where === 'Chromium' && browser && pages ? { browser, page: pages[soak.build ?? 'production'] } : undefined
    const startedAt = performance.now()
    try {
      const { client, server } = await run(soak, scale, chromium)
      note(soak, chromium ? 'page' : 'client', soak.name, client)
      if (soak.server) note(soak, 'server', soak.server, server)
      process.stderr.write(`  in ${Math.round((performance.now() - startedAt) / 1000)} s\n`)
    } catch (error) {
      failures.push(`${soak.where}, ${soak.name}: ${error instanceof Error ? error.message : error}`)
      process.stderr.write(`FAILED ${failures.at(-1)}\n`)
    }
  })
  await browser?.close()
  return toOutcome(soaks, rows, browser, failures, isPart)
}

function toOutcome(
  soaks: readonly Soak[],
  rows: Rows,
  browser: Browser | undefined,
  failures: readonly string[],
  isPart: boolean,
): Outcome {
  const table = (title: string, of: Map<Soak, string[]>) => ({
    title,
    head: HEAD,
    rows: soaks.flatMap((soak) => [of.get(soak) ?? []].filter((row) => row.length)),
  })
  const section = {
    title: 'Soak',
    date: today(),
    command: 'npm run prove -- soak',
    versions: { Node: process.version.slice(1), ...(browser && { Chromium: browser.version() }) },
    intro: INTRO,
    tables: [
      table('The client in Node', rows.client),
      table('The client in a page in Chromium', rows.page),
      table('The server', rows.server),
    ].filter(({ rows }) => rows.length),
    notes: NOTES,
  }
  return { section, failures, leftOut: isPart ? ['what the options do not ask for'] : [] }
}

const INTRO = `Does memory grow with what an application does for weeks? Here it is done thousands of times, in a few minutes. Client and server are
processes of their own, with real HTTP between them. Each soak takes ${SAMPLES} samples. For a sample, the client waits until nothing is under way.
Then the garbage is collected, and what is left is measured.`

const NOTES = [
  '"Heap" is the memory in use after the first quarter of the operations, and at the end. The slope is that of the line through the samples in between, by least squares. Ahead of the first sample, there are 1,000 operations that do not count, or 400,000 events. In that time, and in the first quarter, caches fill up to their limits and code is compiled.',
  'A row is "flat" if the slope is below the bound. With the bound, the heap would grow by 150 kB in Node and by 100 kB in Chromium from the first quarter to the end, and by 500 kB where a client remembers thousands of events. Heaps differ by almost as much from one sample to the next. For 10,000 operations the bound is 20 bytes each, which is less than an object takes.',
  'Counted are in Node: open sockets, timers, listeners of the process and of a signal that stays, living `AbortSignal`s and streams, and subscriptions of a client that stays. In Chromium: listeners of `window`, of `document` and of the whole page, nodes, documents, and these subscriptions. At the server: clients, topics, events that wait, responses, files of the log, sockets, timers and listeners of the process. A count grows if it is higher at the end than after the first quarter, by more than three.',
  'A client that reconnects goes through the ways to lose a connection in turn. With a plain server: `reconnect()`, `disconnect()` and `connect()`, the connection breaks, the response ends, status 503, the connection breaks within an event, status 401. With a hub: `reconnect()`, `disconnect()` and `connect()`, the connection breaks, the response ends, `kick()`. The clock of the client is ten times as fast as that of the machine, so that the least wait takes 10 ms. The client checks the number of each event: none was lost, and none came twice.',
  'The controls leak on purpose, and the verdict must say so.',
]
