import { createHubClient } from 'headwater/hub'
import { type Browser, chromium, type Page } from 'playwright'
import { findBrowsers } from '../../../scripts/browsers.mjs'
import { type Heard, type Listener, type ListenOptions, listen } from './listener.ts'

/*
 * Who looks at a stream through a proxy: the client in this process, over HTTP/1.1, or in a page in Chromium, over HTTP/2.
 */

/** A listener, wherever it is. */
export interface Visit {
  heard(): Promise<Heard>
  join(topic: string): Promise<void>
  close(): Promise<void>
}

export interface Visitor {
  /** The name of the column. */
  readonly name: string
  readonly isSecure: boolean
  /** Opens so many streams at once. @param origin - Of the proxy. */
  open(origin: string, count: number, options: ListenOptions): Promise<Visit[]>
  /** Ends all that was opened. */
  leave(): Promise<void>
  close(): Promise<void>
}

export function nodeVisitor(): Visitor {
  const listeners = new Set<Listener>()
  return {
    name: 'HTTP/1.1',
    isSecure: false,
    async open(origin, count, options) {
      return Array.from({ length: count }, () => {
        const listener = listen(createHubClient, `${origin}/events`, options)
        listeners.add(listener)
        return {
          heard: async () => listener.heard,
          join: async (topic) => listener.join(topic),
          close: async () => listener.close(),
        }
      })
    },
    async leave() {
      for (const listener of listeners) listener.close()
      listeners.clear()
    },
    async close() {},
  }
}

declare global {
  interface Window {
    /** The listeners of a page. */
    readonly listeners: Listener[]
    /** Opens one more. @returns Its index. */
    readonly listenTo: (options: ListenOptions) => number
  }
}

export async function chromiumVisitor(): Promise<Visitor & { readonly version: string }> {
  const browser: Browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  const pages = new Set<Page>()

  async function openPage(origin: string): Promise<Page> {
    // The certificate is of this run's own.
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    pages.add(page)
    await page.goto(`${origin}/page`)
    await page.waitForFunction(() => 'listenTo' in window)
    const protocol = await page.evaluate(
      () => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).nextHopProtocol,
    )
    if (protocol !== 'h2') throw Error(`the page came over ${protocol}, not h2`)
    return page
  }

  return {
    name: 'HTTP/2',
    isSecure: true,
    version: browser.version(),
    async open(origin, count, options) {
      const page = await openPage(origin)
      return Promise.all(
        Array.from({ length: count }, async () => {
          const index = await page.evaluate((options) => window.listenTo(options), options)
          return {
            heard: () => page.evaluate((index) => window.listeners[index]?.heard, index) as Promise<Heard>,
            join: (topic: string) =>
              page.evaluate(([index, topic]) => window.listeners[index]?.join(topic), [index, topic] as const),
            close: () => page.evaluate((index) => window.listeners[index]?.close(), index),
          }
        }),
      )
    },
    async leave() {
      for (const page of pages) await page.context().close()
      pages.clear()
    },
    close: () => browser.close(),
  }
}
