import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Lodging, lodgeInChromium, lodgeInFirefox } from '../engines/lodging.ts'
import {
  comeBack,
  expectAll,
  glance,
  heardBy,
  leave,
  openPage,
  openStage,
  type Stage,
  setFrozen,
  status,
  streams,
  until,
} from './stage.ts'

/*
 * What a browser does to a page, and what becomes of its stream: nothing is lost and nothing comes twice.
 */

let stage: Stage
let page: Page
let lodging: Lodging

/**
 * Waits until a page that was loaded again, or come back to, has its stream and hears more by it. What it had heard before
 * says nothing: on a busy machine the page before goes on hearing after the test has looked, and hands that on.
 */
async function hearsOn(): Promise<void> {
  await until(page, status, 'open')
  const { count: before } = await glance(page)
  await until(page, ({ count }) => count > before + 20, true)
}

/** Opens a page with a stream that has brought something. */
async function open(options?: Readonly<Record<string, string | number>>): Promise<void> {
  page = await openPage(lodging, stage.page(options))
  await until(page, status, 'open')
  stage.publish(3)
  await expectAll(page, stage.last)
}

beforeEach(async () => {
  stage = await openStage()
})

afterEach(async () => {
  await page.close()
  await stage.close()
})

describe('in Chromium', () => {
  beforeAll(async () => {
    lodging = await lodgeInChromium()
  })

  afterAll(() => lodging.close())

  it('a page that is frozen leaves its stream, and resumes it when it is woken', async () => {
    await open()
    await setFrozen(page, true)
    await streams(stage, 0)
    stage.publish(100)
    await setFrozen(page, false)
    await expectAll(page, stage.last)
    const { states, openings, life } = await heardBy(page)
    expect(life).toEqual(['shown', 'freeze', 'resume'])
    expect(states).toEqual(['connecting', 'open', 'paused frozen', 'connecting', 'open'])
    expect(openings).toEqual([false, true])
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 2 })
  })

  it('a page that is left goes into the back/forward cache, and resumes its stream when it comes out of it', async () => {
    await open()
    for (let visits = 1; visits <= 3; visits++) {
      await leave(page, stage)
      await streams(stage, 0)
      stage.publish(100)
      await comeBack(page)
      await expectAll(page, stage.last)
      const { openings, life } = await heardBy(page)
      expect(life.filter((what) => what === 'persisted')).toHaveLength(visits)
      expect(openings).toEqual([false, ...Array(visits).fill(true)])
    }
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 4 })
  })

  it('a stream that works while the browser says that there is no network is left alone', async () => {
    await open()
    await lodging.context.setOffline(true)
    stage.publish(10)
    await expectAll(page, stage.last)
    await lodging.context.setOffline(false)
    stage.publish(10)
    await expectAll(page, stage.last)
    expect((await heardBy(page)).states).toEqual(['connecting', 'open'])
    expect(stage.traffic().tries).toBe(1)
  })

  it('a stream that breaks while there is no network waits for it, and is resumed when it is back', async () => {
    await open()
    await lodging.context.setOffline(true)
    stage.cut()
    await until(page, status, 'paused offline')
    stage.publish(100)
    await lodging.context.setOffline(false)
    await expectAll(page, stage.last)
    const { states, openings } = await heardBy(page)
    expect(states.slice(0, 4)).toEqual(['connecting', 'open', 'waiting network', 'paused offline'])
    expect(states.at(-1)).toBe('open')
    expect(openings).toEqual([false, true])
    expect(stage.traffic().tries).toBe(2)
  })

  it('a page that is loaded again goes on where it was', async () => {
    await open({ resume: 'session' })
    const stop = stage.flow(200)
    for (let loads = 0; loads < 3; loads++) {
      await page.reload()
      await hearsOn()
      const { openings, life } = await heardBy(page)
      expect(openings).toEqual([true])
      expect(life).toEqual(['shown'])
    }
    stop()
    await expectAll(page, stage.last)
    expect((await heardBy(page)).numbers[0]).toBe(1)
  })

  it('a page that nobody sees keeps its stream', async () => {
    await open()
    const other = await openPage(lodging, stage.elsewhere)
    await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('hidden')
    stage.publish(10)
    await expectAll(page, stage.last)
    expect((await heardBy(page)).states).toEqual(['connecting', 'open'])
    await other.close()
  })

  it('a page that nobody sees leaves its stream if it is to, and resumes it when somebody looks', async () => {
    await open({ pauseWhenHidden: 0 })
    const other = await openPage(lodging, stage.elsewhere)
    await streams(stage, 0)
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden')
    stage.publish(100)
    await page.bringToFront()
    await expectAll(page, stage.last)
    const { states, openings } = await heardBy(page)
    expect(states).toEqual(['connecting', 'open', 'paused hidden', 'connecting', 'open'])
    expect(openings).toEqual([false, true])
    await other.close()
  })
})

describe('in Chromium, after the machine has slept', () => {
  beforeAll(async () => {
    lodging = await lodgeInChromium()
    await lodging.context.clock.install()
  })

  afterAll(() => lodging.close())

  it('a silent stream is replaced by a new one, and nothing counts as failed', async () => {
    await open()
    // As when a lid is opened again: time has jumped, and each timer that was due fires once.
    await page.clock.fastForward('10:00:00')
    await until(page, ({ states }) => states.length, 4)
    stage.publish(3)
    await expectAll(page, stage.last)
    const { states, openings } = await heardBy(page)
    expect(states).toEqual(['connecting', 'open', 'connecting', 'open'])
    expect(openings).toEqual([false, true])
  })

  it('a stream that is heard of is left alone', async () => {
    await open()
    const stop = stage.flow(50)
    await until(page, ({ count }) => count > 10, true)
    const before = await page.evaluate(() => Date.now())
    await page.clock.fastForward('10:00:00')
    // Longer than it takes to look again.
    await expect.poll(() => page.evaluate((before) => Date.now() - before > 36_002_000, before)).toBe(true)
    stop()
    await expectAll(page, stage.last)
    expect((await heardBy(page)).states).toEqual(['connecting', 'open'])
    expect(stage.traffic().tries).toBe(1)
  })
})

/** What Firefox says of a stream that it breaks. Which of the two depends on the moment. */
const ABORTED = /^(Error in input stream|NetworkError when attempting to fetch resource\.)$/

describe('in Firefox', () => {
  const complaints: string[] = []

  beforeAll(async () => {
    lodging = await lodgeInFirefox()
    lodging.context.on('console', (message) => complaints.push(message.text()))
    lodging.context.on('weberror', (error) => complaints.push(error.error().message))
  })

  afterAll(() => lodging.close())

  it('a page that is left complains of nothing, as one would that knows only fetch', async () => {
    page = await openPage(lodging, stage.bare)
    await streams(stage, 1)
    await leave(page, stage)
    await expect.poll(() => complaints).toEqual([expect.stringMatching(ABORTED)])
    await page.close()

    await open()
    await leave(page, stage)
    await streams(stage, 0)
    await page.goto(stage.page())
    await until(page, status, 'open')
    await page.reload()
    await until(page, status, 'open')
    expect((await heardBy(page)).errors).toEqual([])
    // What is complained of arrives in order: this is the last.
    await page.evaluate(() => console.log('the end'))
    await expect.poll(() => complaints).toEqual([expect.stringMatching(ABORTED), 'the end'])
  })

  it('a page that is loaded again, or left and come back to, goes on where it was', async () => {
    await open({ resume: 'session' })
    const stop = stage.flow(200)
    const travels = [() => page.reload(), () => leave(page, stage).then(() => comeBack(page))]
    for (const travel of [...travels, ...travels]) {
      await travel()
      await hearsOn()
    }
    stop()
    await expectAll(page, stage.last)
    const { numbers, openings } = await heardBy(page)
    expect(numbers[0]).toBe(1)
    expect(openings.at(-1)).toBe(true)
  })
})
