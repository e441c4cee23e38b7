import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import playwright from 'playwright'
import { hasApt, install, mayInstall } from './apt.mjs'

/*
 * The browsers that the tests run in: an installed one is taken first, then one that Playwright has downloaded. WebKit is
 * WebKitGTK's, where the system has it. As a program, `node scripts/browsers.mjs` installs what is missing where it may, and
 * else says which command does.
 */

const BROWSERS = {
  chromium: {
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    package: 'chromium',
  },
  // Playwright drives an installed Firefox over WebDriver BiDi, and needs commands that older ones do not know.
  firefox: { paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'], package: 'firefox-esr', oldest: 143 },
}

/** WebKitGTK's own small browser, what drives it, and the screen that it is shown on. */
const WEBKIT = {
  WebKitWebDriver: { paths: ['/usr/bin/WebKitWebDriver'], package: 'webkit2gtk-driver' },
  // The driver brings it along.
  MiniBrowser: { paths: ['/usr/lib/*/webkit2gtk-4.*/MiniBrowser', '/usr/libexec/webkit2gtk-4.*/MiniBrowser'] },
  Xvfb: { paths: ['/usr/bin/Xvfb'], package: 'xvfb' },
}

const majorVersion = (path) => Number(/\d+/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' })))

const installed = (name) => {
  const { paths, oldest = 0 } = BROWSERS[name]
  return paths.find((path) => existsSync(path) && (!oldest || majorVersion(path) >= oldest))
}

const isDownloaded = (name) => existsSync(playwright[name].executablePath())

/** Only an older one is installed. */
const isTooOld = (name) => !installed(name) && !isDownloaded(name) && BROWSERS[name].paths.some(existsSync)

/** Launch options for Playwright; empty where it is to use its own download, undefined where only an older browser is there. */
export function findBrowsers() {
  const chromium = installed('chromium')
  const firefox = installed('firefox')
  // Playwright's own Firefox is patched; the stock one needs its WebDriver BiDi channel.
  const stock = firefox && { channel: 'moz-firefox', executablePath: firefox }
  return {
    chromium: chromium ? { executablePath: chromium } : {},
    firefox: stock ?? (isTooOld('firefox') ? undefined : {}),
  }
}

/**
 * The programs that tests in WebKit need, or the names of those that are not there.
 * @returns {{ driver: string, browser: string, screen: string, missing?: undefined } | { missing: string[] }}
 */
export function findWebKit() {
  // The newest, where there are several.
  const found = Object.values(WEBKIT).map(({ paths }) => globSync(paths).sort().at(-1))
  const [driver, browser, screen] = found
  if (driver && browser && screen) return { driver, browser, screen }
  return { missing: Object.keys(WEBKIT).filter((_, index) => !found[index]) }
}

/**
 * The packages of Debian that tests in this browser lack.
 * @param {'chromium' | 'firefox' | 'webkit'} name
 */
export function missingPackages(name) {
  if (name === 'webkit') return findWebKit().missing?.map((part) => WEBKIT[part].package ?? 'webkit2gtk-driver') ?? []
  return installed(name) || isDownloaded(name) ? [] : [BROWSERS[name].package]
}

/** No reason to fail: nothing is known here that would install them. */
function printLeftOut() {
  const { missing } = findWebKit()
  if (missing) console.log(`The tests in WebKit are left out: this system has no ${missing.join(' and no ')}.`)
  if (isTooOld('firefox'))
    console.log(
      `The tests in Firefox are left out: this system offers none from version ${BROWSERS.firefox.oldest} on.`,
    )
}

function main() {
  const apt = hasApt()
  const missing = Object.keys(BROWSERS).filter((name) => !installed(name) && !isDownloaded(name))
  const parts = (apt && findWebKit().missing?.filter((name) => WEBKIT[name].package)) || []
  const packages = [...missing.map((name) => BROWSERS[name].package), ...parts.map((name) => WEBKIT[name].package)]

  if (packages.length && mayInstall()) install('the browser tests', packages)
  else if (packages.length) {
    const commands = apt ? [`sudo apt-get install -y ${packages.join(' ')}`] : []
    // Playwright has a WebKit, but not WebKitGTK.
    if (!parts.length) commands.push(`npx playwright install --with-deps ${missing.join(' ')}`)
    console.error(`The browser tests need ${[...missing, ...parts].join(' and ')}. To install what is missing:`)
    console.error(`  ${commands.join('\nor\n  ')}`)
    process.exitCode = 1
  }
  // Unless it is among what is to be installed first.
  if (!parts.length || !process.exitCode) printLeftOut()
}

if (import.meta.filename === process.argv[1]) main()
