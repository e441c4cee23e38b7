import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'

/*
 * The demo as a visitor meets it: the real supervisor, the real server process, a real browser.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
/** For what never comes, in milliseconds: no machine meets it, however busy. */
export const PATIENCE = 120_000

export interface Demo {
  readonly process: ChildProcess
  readonly url: string
}

/** @param args - Of `npm run demo`, beside the port. */
export async function startDemo(...args: readonly string[]): Promise<Demo> {
  // The Node that npm scripts get: it runs TypeScript by itself, whichever runs the tests.
  const process = spawn(`${root}/node_modules/.bin/node`, ['demo/start.ts', '--port', '0', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { process, url: await readUrl(process) }
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })

/**
 * A page of a visitor of its own.
 * @param complaints - Everything that it complains about is added to these.
 */
export async function newPage(browser: Browser, complaints: string[]): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(PATIENCE)
  page.on('pageerror', (error) => complaints.push(`${error}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`)
  })
  return page
}

function readUrl({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout?.on('data', (chunk) => {
      text += chunk
      const [found] = /http:\S+/.exec(text) ?? []
      if (found) resolve(found)
    })
    stdout?.on('end', () => reject(new Error(`The demo did not start: ${text}`)))
  })
}
