import { setTimeout as sleep } from 'node:timers/promises'
import { type Sum, sumOf, undue } from '../verdict.ts'
import type { App } from './app.ts'
import { type Fault, type FaultKind, planFaults } from './fault.ts'
import { type Entry, judge } from './history.ts'
import { activeResources, moreThan, several, untilNone } from './leftovers.ts'
import type { ChaosProxy } from './proxy.ts'
import type { Scenario } from './scenarios.ts'
import type { Site } from './site.ts'
import { Stage } from './stage.ts'

/*
 * Plays a scenario: faults, then calm, then the judgement.
 */

export interface PlayOptions {
  readonly seed: number
  readonly clients: number
  readonly faults: number
  /** Between two faults, in milliseconds on average. */
  readonly pause: number
}

/** What came of a scenario. */
export interface Result extends Sum {
  readonly faults: Readonly<Record<FaultKind, number>>
  readonly leftOver: number
  /** What was not as it should be, a line each, with the seed. */
  readonly failures: readonly string[]
}

/** No more lines of one kind: one says as much as a thousand. */
const LINES = 5

async function play(scenario: Scenario, options: PlayOptions): Promise<Result> {
  const { seed, clients, faults, pause } = options
  const stage = new Stage(seed, scenario.site)
  await stage.open(clients)
  // Everybody is there when it begins.
  await untilNone(() => stage.apps.filter(isOpening).map((app) => app.describe()))
  await inflictAll(planFaults(seed, faults, pause), stage.proxy, (n) => scenario.act(stage, n))
  await stage.calm()
  const lacking = await untilNone(() => stage.apps.flatMap((app) => stage.site.lacks(app.states(), app.describe())))
  const { apps, proxy, site } = stage
  stage.leave()
  const left = [...(await untilNone(() => stage.left()))]
  await stage.close()
  left.push(...(await untilNone(() => several(stage.clock.pending, 'timers'))))
  return toResult(scenario, seed, { proxy, site, histories: apps.map(({ history }) => history), lacking, left })
}

const isOpening = (app: App): boolean => app.client.state.get().status !== 'open'

/**
 * Plays scenarios at the same time.
 * @returns Their results, and what then keeps this process alive that did not before.
 */
export async function playAll(
  scenarios: readonly Scenario[],
  options: PlayOptions,
): Promise<{ readonly results: readonly Result[]; readonly left: readonly string[] }> {
  const before = activeResources()
  const results = await Promise.all(scenarios.map((scenario) => play(scenario, options)))
  return { results, left: await untilNone(() => moreThan(before)) }
}

/** @param act - Called with the number of each fault. */
export async function inflictAll(
  plan: readonly Fault[],
  proxy: ChaosProxy,
  act: (n: number) => unknown,
): Promise<void> {
  for (const [n, fault] of plan.entries()) {
    await sleep(fault.pause)
    // Between two restarts there may be no connection at all.
    while (!proxy.inflict(fault)) await sleep(5)
    await act(n)
  }
  // The last ones wait for a connection.
  while (proxy.waiting) {
    await sleep(200)
    proxy.provoke()
  }
}

/** What was there when everything was closed. */
interface Remains {
  readonly proxy: ChaosProxy
  readonly site: Site
  /** Of all clients. */
  readonly histories: readonly (readonly Entry[])[]
  /** What clients lacked at the end. */
  readonly lacking: readonly string[]
  /** What was left over. */
  readonly left: readonly string[]
}

export function toResult(
  { name, gaps: due }: Pick<Scenario, 'name' | 'gaps'>,
  seed: number,
  { proxy, site, histories, lacking, left }: Remains,
): Result {
  const { faults, ...sum } = sumOf(histories.map((history) => judge(history, site.published, site.epochs)))
  const { gaps } = sum
  const failures = [
    ...Object.values(faults),
    lacking.map((text) => `is not what the server has: ${text}`),
    left.map((text) => `left over: ${text}`),
    // A connection that breaks before its first id has nothing to resume from: the client says so, and loads its state.
    undue(gaps, ['no-id', ...due]),
    due.flatMap((reason) => (gaps[reason] ? [] : `no gap because of ${reason}`)),
  ]
  return {
    ...sum,
    faults: { ...proxy.counts },
    leftOver: left.length,
    failures: failures.flatMap((lines) =>
      lines.slice(0, LINES).map((line) => `--scenario ${name} --seed ${seed}: ${line}`),
    ),
  }
}
