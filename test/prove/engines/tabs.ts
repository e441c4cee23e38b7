import type { Tab } from '../../engines/engine.ts'
import { until } from '../until.ts'
import type { Check } from './check.ts'
import { expectAll, expectThat, heardBy, loaded, opened, type Stage, streams } from './stage.ts'

/*
 * Three tabs that share one connection.
 */

const COUNT = 3

const roleOf = async (tab: Tab): Promise<string | undefined> => (await heardBy(tab)).roles.at(-1)

async function openTabs(stage: Stage): Promise<Tab[]> {
  const tabs: Tab[] = []
  while (tabs.length < COUNT) tabs.push(await opened(stage, { tabs: '' }))
  return tabs
}

/** Waits until one of them leads. */
const leaderOf = (tabs: readonly Tab[]): Promise<Tab> =>
  until('a tab that leads', async () => {
    const roles = await Promise.all(tabs.map(roleOf))
    return roles.filter((role) => role === 'leader').length === 1 && tabs[roles.indexOf('leader')]
  })

/**
 * Publishes, and waits until each tab has heard everything, over one connection.
 * @param fresh - A tab that may have been loaded again. What it heard before is not known.
 */
async function expectHarmony(stage: Stage, tabs: readonly Tab[], fresh?: Tab): Promise<void> {
  await stage.server.publish(5)
  for (const tab of tabs) await expectAll(stage, tab, tab === fresh ? stage.server.last : 1)
  await streams(stage, 1)
  // The old connection and the new one.
  const { most } = stage.server.traffic
  expectThat(most <= 2, `${most} streams at the same time`)
}

async function share(stage: Stage): Promise<string> {
  const tabs = await openTabs(stage)
  await expectHarmony(stage, tabs)
  expectThat(stage.server.traffic.most === 1, `${stage.server.traffic.most} streams at the same time`)
  return 'one connection, and each hears everything'
}

async function cut(stage: Stage): Promise<string> {
  const tabs = await openTabs(stage)
  await expectHarmony(stage, tabs)
  stage.server.traffic.cut()
  await expectHarmony(stage, tabs)
  const requests = stage.server.traffic.gets
  expectThat(requests === 2, `${requests} requests`)
  return 'one tab reconnects, nothing lost'
}

async function loseLeader(stage: Stage, lose: (leader: Tab, others: readonly Tab[]) => Promise<readonly Tab[]>) {
  let tabs: readonly Tab[] = await openTabs(stage)
  await expectHarmony(stage, tabs)
  const leader = await leaderOf(tabs)
  tabs = await lose(
    leader,
    tabs.filter((tab) => tab !== leader),
  )
  await leaderOf(tabs)
  await expectHarmony(stage, tabs, leader)
  return 'another takes over, nothing lost'
}

const close = (stage: Stage): Promise<string> =>
  loseLeader(stage, async (leader, others) => {
    await leader.close()
    await stage.server.publish(5)
    return others
  })

const leave = (stage: Stage): Promise<string> =>
  loseLeader(stage, async (leader, others) => {
    await leader.goto(stage.server.elsewhere)
    await leaderOf(others)
    await stage.server.publish(5)
    await leader.goBack()
    await loaded(leader)
    return [leader, ...others]
  })

export const TABS: readonly Check[] = [
  { name: `${COUNT} tabs`, run: share },
  { name: `${COUNT} tabs: the connection breaks`, run: cut },
  { name: `${COUNT} tabs: the one with the connection closes`, run: close },
  { name: `${COUNT} tabs: the one with the connection is left, and come back to`, run: leave },
]
