import { setTimeout as sleep } from 'node:timers/promises'
import { createMockServer } from '../../testing/node.ts'
import { type EngineName, openEngine } from '../engines/engine.ts'
import type { Case, Outcome, Verdict } from './case.ts'
import { GROUPS } from './cases.ts'
import { type Frames, openFrames } from './frames.ts'
import type { ClientName } from './names.ts'

/*
 * Runs the cases in a browser: a document, a client and a server for each.
 */

/** How many cases run at a time: most of them wait. WebKitGTK has 17 connections at most. */
const AT_ONCE = 14
/** After the last thing that was waited for, so that something that comes too much is seen. In milliseconds. */
const AFTER = 200
/** More requests than any client sends in a case. */
const FOR_EVER = 5000

export interface Suite {
  /** Of the browser. */
  readonly title: string
  readonly version: string
  /**
   * @param cases - All of them, unless it says otherwise.
   * @returns The verdicts by the titles of the cases.
   */
  run(client: ClientName, cases?: readonly Case[]): Promise<Readonly<Record<string, Verdict>>>
  close(): Promise<void>
}

async function watch(frames: Frames, client: ClientName, each: Case): Promise<Verdict> {
  const { scripts, names = [], act, watch, enough, judge } = each
  const last = scripts.at(-1) ?? []
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: frames.html }
  const server = await createMockServer({
    // No preamble: one of the clients takes a blank line for a message, which is not what is asked here.
    preamble: '',
    script: [...scripts, ...Array<typeof last>(FOR_EVER).fill(last)],
    // At the stream's own origin: CORS is not what is asked here either.
    routes: { '/page': [{ refuse: page }] },
  })
  const frame = await frames.open(`${server.url}/page`, { client, names: ['message', ...names], act })
  const look = async (): Promise<Outcome> => ({
    heard: await frame.heard(),
    requests: server.requests.filter(({ path }) => /^\/(events|moved)$/.test(path)),
  })
  const end = performance.now() + watch
  if (!enough) await sleep(watch)
  else while (performance.now() < end && !enough(await look()));
  await sleep(AFTER)
  const outcome = await look()
  await frame.close()
  await server.close()
  return judge(outcome)
}

/** Those that wait for a fixed time first, the longest before all: nothing is left to wait for at the end. */
const byTime = (a: Case, b: Case): number => Number(!!a.enough) - Number(!!b.enough) || b.watch - a.watch

/** @param name - Of the browser. */
export async function openSuite(name: EngineName = 'chromium'): Promise<Suite> {
  const engine = await openEngine(name)
  const frames = await openFrames(engine)
  return {
    title: engine.title,
    version: engine.version,
    async run(client, cases = Object.values(GROUPS).flat()) {
      const waiting = [...cases].sort(byTime)
      const verdicts = new Map<string, Verdict>()
      const work = async (): Promise<void> => {
        for (let each = waiting.shift(); each; each = waiting.shift())
          verdicts.set(each.title, await watch(frames, client, each))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      // Once more alone: the machine may have been too busy.
      for (const each of cases)
        if (!verdicts.get(each.title)?.passed) verdicts.set(each.title, await watch(frames, client, each))
      return Object.fromEntries(verdicts)
    },
    async close() {
      await frames.close()
      await engine.close()
    },
  }
}
