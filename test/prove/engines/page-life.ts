import { until } from '../until.ts'
import type { Check } from './check.ts'
import { expectAll, expectThat, heard, heardBy, loaded, opened, type Stage, streams } from './stage.ts'

/*
 * What happens to a page in each engine, and to its stream.
 */

async function leaving(stage: Stage): Promise<string> {
  const tab = await opened(stage)
  await tab.evaluate(() => window.check.client.disconnect())
  await streams(stage, 0)
  await tab.evaluate(() => window.check.client.connect())
  await streams(stage, 1)
  await tab.close()
  await streams(stage, 0)
  return 'the stream ends'
}

async function reload(stage: Stage): Promise<string> {
  const tab = await opened(stage, { keep: '' })
  await stage.server.publish(3)
  await expectAll(stage, tab)
  for (let loads = 0; loads < 2; loads++) {
    await tab.reload()
    await loaded(tab)
    await stage.server.publish(3)
    await expectAll(stage, tab)
  }
  const { numbers, openings } = await heardBy(tab)
  expectThat(numbers[0] === 1 && openings.join() === 'true', `not resumed: ${openings.join()}`)
  return `resumes, nothing lost`
}

async function backForward(stage: Stage): Promise<string> {
  const tab = await opened(stage, { keep: '' })
  await stage.server.publish(3)
  await expectAll(stage, tab)
  await tab.goto(stage.server.elsewhere)
  await streams(stage, 0)
  await stage.server.publish(5)
  await tab.goBack()
  await loaded(tab)
  const { numbers, life, openings } = await expectAll(stage, tab)
  expectThat(numbers[0] === 1 && openings.at(-1) === true, `not resumed: ${openings.join()}`)
  return `${life.at(-1) === 'cached' ? 'comes out of the cache' : 'is loaded again'}, nothing lost`
}

/** Timers are slow there. */
async function hidden(stage: Stage): Promise<string> {
  const { openHidden } = stage.engine
  if (!openHidden) return 'not run: a test cannot hide a page'
  const tab = await opened(stage, {}, openHidden)
  await until('a hidden page', () => tab.evaluate(() => document.visibilityState === 'hidden'))
  await stage.server.publish(3)
  await expectAll(stage, tab)
  stage.server.traffic.cut()
  await stage.server.publish(5)
  await expectAll(stage, tab)
  await tab.close()
  await streams(stage, 0)
  const other = await stage.open({ pause: '' }, openHidden)
  await heard(other, 'a pause', ({ states }) => states.at(-1) === 'paused hidden')
  await streams(stage, 0)
  return `hears everything, survives a break, nothing lost; pauses if it is to`
}

async function offline(stage: Stage): Promise<string> {
  const { setOffline } = stage.engine
  if (!setOffline) return 'not run: a test cannot take the network away'
  const tab = await opened(stage)
  await stage.server.publish(3)
  await expectAll(stage, tab)
  await setOffline(true)
  try {
    stage.server.traffic.cut()
    await heard(tab, 'a pause', ({ states }) => states.at(-1) === 'paused offline')
    await stage.server.publish(5)
  } finally {
    await setOffline(false)
  }
  await expectAll(stage, tab)
  return `pauses, and resumes when the network is back, nothing lost`
}

export const PAGE_LIFE: readonly Check[] = [
  { name: '`disconnect()`, and a tab that closes: at the server', run: leaving },
  { name: 'the page is loaded again, with `keepCursor()`', run: reload },
  { name: 'the page is left, and come back to', run: backForward },
  { name: 'a hidden page, and `pauseWhenHidden`', run: hidden },
  { name: 'the network goes away, and comes back', run: offline },
]
