import type { Page } from 'playwright'
import { findBrowsers, missingPackages } from '../../scripts/browsers.mjs'
import { PATIENCE } from '../e2e/start.ts'
import { type Lodging, lodgeInChromium, lodgeInFirefox } from './lodging.ts'
import { openWebKit } from './webkit.ts'

/*
 * Three engines behind one small interface, for what is asked of all of them.
 */

export type EngineName = 'chromium' | 'firefox' | 'webkit'

export const ENGINES: readonly EngineName[] = ['chromium', 'firefox', 'webkit']

export interface Engine {
  readonly name: EngineName
  /** As people call it. */
  readonly title: string
  readonly version: string
  /** Opens a tab that is seen, and loads a page in it. All tabs belong to one user. */
  open(url: string): Promise<Tab>
  /** Opens a tab that another one hides; undefined where a test cannot. */
  readonly openHidden: ((url: string) => Promise<Tab>) | undefined
  /** Takes the network from all pages, or gives it back; undefined where a test cannot. */
  readonly setOffline: ((offline: boolean) => Promise<void>) | undefined
  close(): Promise<void>
}

export interface Tab {
  goto(url: string): Promise<void>
  goBack(): Promise<void>
  reload(): Promise<void>
  /** @param script - Is sent as text: it knows nothing of what is around it. @param given - Is sent as JSON. */
  evaluate<T>(script: () => T | Promise<T>): Promise<T>
  evaluate<T, A>(script: (given: A) => T | Promise<T>, given: A): Promise<T>
  close(): Promise<void>
}

export const isEngine = (name: string): name is EngineName => (ENGINES as readonly string[]).includes(name)

/** As people call it. An installed Firefox may be the one with extended support. */
export function titleOf(name: EngineName): string {
  if (name === 'webkit') return 'WebKitGTK'
  if (name === 'chromium') return 'Chromium'
  const { executablePath = '' } = { ...findBrowsers().firefox } as { executablePath?: string }
  return executablePath.endsWith('esr') ? 'Firefox ESR' : 'Firefox'
}

/** The command that installs what is missing of an engine; undefined if it can be opened. */
export function installs(name: EngineName): string | undefined {
  const packages = missingPackages(name)
  return packages.length ? `apt-get install -y ${[...new Set(packages)].join(' ')}` : undefined
}

export async function openEngine(name: EngineName): Promise<Engine> {
  // Nothing is loaded when a page comes out of the back/forward cache. In Firefox Playwright would wait for it in vain.
  if (name === 'chromium')
    return throughPlaywright(name, await lodgeInChromium(), (page) => page.goBack({ waitUntil: 'commit' }))
  if (name === 'firefox')
    return throughPlaywright(name, await lodgeInFirefox(), (page) => page.evaluate(() => history.back()))
  const webkit = await openWebKit()
  return {
    name,
    title: titleOf(name),
    version: webkit.version,
    open: (url) => webkit.open(url, 'window'),
    openHidden: (url) => webkit.open(url, 'tab'),
    setOffline: undefined,
    close: () => webkit.close(),
  }
}

type Back = (page: Page) => Promise<unknown>

function throughPlaywright(name: EngineName, { context, version, close }: Lodging, back: Back): Engine {
  async function open(url: string): Promise<Tab> {
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE)
    await page.goto(url)
    return tabOf(page, back)
  }

  async function openHidden(url: string): Promise<Tab> {
    const tab = await open(url)
    const before = await open('about:blank')
    const close = async (): Promise<void> => {
      await before.close()
      await tab.close()
    }
    return { ...tab, close }
  }

  return {
    name,
    title: titleOf(name),
    version,
    open,
    // Firefox opens each tab in a window of its own.
    openHidden: name === 'firefox' ? undefined : openHidden,
    setOffline: (offline) => context.setOffline(offline),
    close,
  }
}

const tabOf = (page: Page, back: Back): Tab => ({
  goto: async (url) => void (await page.goto(url)),
  goBack: async () => void (await back(page)),
  reload: async () => void (await page.reload()),
  evaluate: <T, A>(script: (given: A) => T | Promise<T>, given?: A) =>
    page.evaluate(script as never, given) as Promise<T>,
  close: () => page.close(),
})
