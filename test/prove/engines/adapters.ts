import type { Tab } from '../../engines/engine.ts'
import { until } from '../until.ts'
import type { Check } from './check.ts'
import { expectThat, heardBy, type Stage, streams } from './stage.ts'

/*
 * The adapters in a built page, each with the same view.
 */

const shows = (tab: Tab, expected: string): Promise<unknown> =>
  until(`the view "${expected}"`, async () => (await tab.evaluate(() => window.check.text())) === expected).catch(
    async (error) => {
      throw Error(`${error.message}; it shows "${await tab.evaluate(() => window.check.text())}"`)
    },
  )

async function lifeOf(stage: Stage, ui: string): Promise<string> {
  const tab = await stage.open({ ui })
  await shows(tab, 'last none, 0 in all, live')
  await stage.server.publish(2)
  await shows(tab, 'last 2, 2 in all, live')
  stage.server.traffic.cut()
  await stage.server.publish(3)
  await shows(tab, 'last 5, 5 in all, live')
  await tab.evaluate(() => window.check.unmount())
  await streams(stage, 0)
  const { errors, gaps } = await heardBy(tab)
  expectThat(![...errors, ...gaps].length, [...errors, ...gaps].join())
  return 'pass'
}

const NAMES = { react: 'React', vue: 'Vue', store: 'stores', query: 'TanStack Query' }

export const ADAPTERS: readonly Check[] = Object.entries(NAMES).map(([ui, name]) => ({
  name: `${name}: mounts, shows events, survives a break, unmounts`,
  run: (stage) => lifeOf(stage, ui),
}))
