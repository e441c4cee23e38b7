import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'
import { createMockServer } from '../../testing/node.ts'
import { bundlePage } from '../support/bundle.ts'
import type { Case, Outcome, Verdict } from './case.ts'
import { GROUPS } from './cases.ts'
import type { ClientName } from './names.ts'

/*
 * Runs the cases in Chromium: a page, a client and a server for each.
 */

/** How many cases run at a time: most of them wait. */
const AT_ONCE = 6
/** After the last thing that was waited for, so that something that comes too much is seen. In milliseconds. */
const AFTER = 200
/** More requests than any client sends in a case. */
const FOR_EVER = 5000

export interface Suite {
  readonly version: string
  /**
   * @param cases - All of them, unless it says otherwise.
   * @returns The verdicts by the titles of the cases.
   */
  run(client: ClientName, cases?: readonly Case[]): Promise<Readonly<Record<string, Verdict>>>
  close(): Promise<void>
}

async function watch(browser: Browser, script: string, client: ClientName, each: Case): Promise<Verdict> {
  const { scripts, names = [], act, watch, enough, judge } = each
  const last = scripts.at(-1) ?? []
  // No preamble: one of the clients takes a blank line for a message, which is not what is asked here.
  const server = await createMockServer({
    preamble: '',
    script: [...scripts, ...Array<typeof last>(FOR_EVER).fill(last)],
  })
  const page = await browser.newPage()
  // From the stream's own origin: CORS is not what is asked here either.
  await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
  await page.goto(`${server.url}/page`)
  await page.evaluate(script)
  // A client that throws is watched all the same.
  const given = { client, names: ['message', ...names], act }
  await page.evaluate(({ client, names, act }) => openClient(client, '/events', names, act), given).catch(() => {})
  const look = async (): Promise<Outcome> => ({
    heard: await page.evaluate(() => heard),
    requests: server.requests.filter(({ path }) => /^\/(events|moved)$/.test(path)),
  })
  const end = performance.now() + watch
  if (!enough) await sleep(watch)
  else while (performance.now() < end && !enough(await look())) await sleep(50)
  await sleep(AFTER)
  const outcome = await look()
  await page.close()
  await server.close()
  return judge(outcome)
}

export async function openSuite(): Promise<Suite> {
  const browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  const script = await bundlePage(new URL('page.ts', import.meta.url))
  return {
    version: browser.version(),
    async run(client, cases = Object.values(GROUPS).flat()) {
      const waiting = [...cases]
      const verdicts = new Map<string, Verdict>()
      const work = async (): Promise<void> => {
        for (let each = waiting.shift(); each; each = waiting.shift())
          verdicts.set(each.title, await watch(browser, script, client, each))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      // Once more alone: the machine may have been too busy.
      for (const each of cases)
        if (!verdicts.get(each.title)?.passed) verdicts.set(each.title, await watch(browser, script, client, each))
      return Object.fromEntries(verdicts)
    },
    close: () => browser.close(),
  }
}
