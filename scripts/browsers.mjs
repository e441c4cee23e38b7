import { execFileSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'

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
  firefox: { paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'], package: 'firefox-esr' },
}

/** WebKitGTK's own small browser, what drives it, and the screen that it is shown on. */
const WEBKIT = {
  WebKitWebDriver: { paths: ['/usr/bin/WebKitWebDriver'], package: 'webkit2gtk-driver' },
  // The driver brings it along.
  MiniBrowser: { paths: ['/usr/lib/*/webkit2gtk-4.*/MiniBrowser', '/usr/libexec/webkit2gtk-4.*/MiniBrowser'] },
  Xvfb: { paths: ['/usr/bin/Xvfb'], package: 'xvfb' },
}

const installed = (name) => BROWSERS[name].paths.find((path) => existsSync(path))

/** Launch options for Playwright; empty where it is to use its own download. */
export function findBrowsers() {
  const chromium = installed('chromium')
  const firefox = installed('firefox')
  return {
    chromium: chromium ? { executablePath: chromium } : {},
    // Playwright's own Firefox is patched; the stock one needs its WebDriver BiDi channel.
    firefox: firefox ? { channel: 'moz-firefox', executablePath: firefox } : {},
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

async function downloaded(name) {
  const playwright = await import('playwright')
  return existsSync(playwright[name].executablePath())
}

function install(packages) {
  console.log(`Installing for the browser tests: ${packages.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
}

/** No reason to fail: without apt nothing is known here that would install it. */
function tellOfWebKit() {
  const { missing } = findWebKit()
  if (missing) console.log(`The tests in WebKit are left out: this system has no ${missing.join(' and no ')}.`)
}

async function main() {
  const apt = existsSync('/usr/bin/apt-get')
  const missing = []
  for (const name of Object.keys(BROWSERS)) if (!installed(name) && !(await downloaded(name))) missing.push(name)
  const parts = (apt && findWebKit().missing?.filter((name) => WEBKIT[name].package)) || []
  const packages = [...missing.map((name) => BROWSERS[name].package), ...parts.map((name) => WEBKIT[name].package)]

  if (packages.length && apt && process.getuid?.() === 0) install(packages)
  else if (packages.length) {
    const commands = apt ? [`sudo apt-get install -y ${packages.join(' ')}`] : []
    // Playwright has a WebKit, but not WebKitGTK.
    if (!parts.length) commands.push(`npx playwright install --with-deps ${missing.join(' ')}`)
    console.error(`The browser tests need ${[...missing, ...parts].join(' and ')}. To install what is missing:`)
    console.error(`  ${commands.join('\nor\n  ')}`)
    process.exitCode = 1
  }
  // Unless it is among what is to be installed first.
  if (!parts.length || !process.exitCode) tellOfWebKit()
}

if (import.meta.filename === process.argv[1]) await main()
