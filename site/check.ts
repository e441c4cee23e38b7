import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright'
import { findBrowsers } from '../scripts/browsers.mjs'
import { describeViolation, findingsOf, ownLinks, type Seen } from './findings.ts'
import { serve } from './serve.ts'

/*
 * `npm run docs:check` looks at every page of the built site in Chromium: axe-core in light and dark, links and anchors,
 * pages that are wider than a small screen, and requests that leave the site. It also opens the search dialog, and follows a
 * result with the keyboard. `-- --only server` takes some of the pages, `-- --shots <folder>` keeps pictures.
 */

const dist = join(import.meta.dirname, '.vitepress/dist')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const SCHEMES = ['light', 'dark'] as const
const WIDTHS = [360, 1280]
/** Pages that are looked at side by side. */
const AT_A_TIME = 3

const { values: options } = parseArgs({ options: { only: { type: 'string' }, shots: { type: 'string' } } })

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults
  return violations.map(describeViolation)
}

/** What is wrong with what the page shows now, in light and dark, on small and large screens. */
async function problemsOf(page: Page, name: string): Promise<string[]> {
  const problems: string[] = []
  await page.evaluate(axe)
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wide > 0) problems.push(`${width} px: the page is ${wide} px wider than the screen`)
      if (options.shots !== undefined)
        await page.screenshot({ path: join(options.shots, `${name.replaceAll('/', '_')}-${colorScheme}-${width}.png`) })
      for (const violation of await violationsOf(page)) problems.push(`${colorScheme}, ${width} px: ${violation}`)
    }
  }
  return problems
}

async function look(page: Page, origin: string, path: string): Promise<Seen> {
  await page.goto(`${origin}/${path}`, { waitUntil: 'load' })
  const problems = await problemsOf(page, path)
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id))
  const hrefs = await page.evaluate(() =>
    [...document.querySelectorAll('a[href]')].map((a) => (a as HTMLAnchorElement).href),
  )
  return { path, problems, ids: new Set(ids), links: ownLinks(hrefs, origin) }
}

/** The search dialog, with results. Its first one is followed with the keyboard. */
async function lookAtSearch(page: Page, origin: string): Promise<Seen> {
  const start = `${origin}/contents.html`
  await page.goto(start, { waitUntil: 'load' })
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByRole('combobox').fill('reconnect')
  await page.getByRole('option').first().waitFor()
  const problems = await problemsOf(page, 'search')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.href !== start)
  return { path: 'The search dialog', problems, ids: new Set(), links: [] }
}

/** Looks at pages until none is left. */
async function work(browser: Browser, origin: string, paths: string[], seen: Seen[]): Promise<void> {
  const page = await browser.newPage()
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) foreign.push(request.url())
  })
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const found = await look(page, origin, path)
    seen.push({ ...found, problems: [...found.problems, ...foreign.splice(0).map((url) => `asks for ${url}`)] })
  }
  await page.close()
}

const files = new Set(globSync('**/*', { cwd: dist }))
const all = [...files].filter((file) => file.endsWith('.html')).sort()
const paths = all.filter((file) => options.only === undefined || file.includes(options.only))
if (paths.length === 0) throw new Error('There are no pages to look at: run `npm run docs:build` first.')
const { server, origin } = await serve(dist)
const browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
const seen: Seen[] = []
const left = [...paths]
await Promise.all(Array.from({ length: AT_A_TIME }, () => work(browser, origin, left, seen)))
const search = await lookAtSearch(await browser.newPage(), origin)
await browser.close()
server.close()

const findings = findingsOf([...seen, search], files)
for (const finding of findings) console.error(finding)
console.log(
  `${seen.length} pages and the search, light and dark: ${findings.length === 0 ? 'nothing to mend' : `${findings.length} to mend`}`,
)
process.exitCode = findings.length === 0 ? 0 : 1
