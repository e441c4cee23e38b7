import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/*
 * The browsers that the tests run in: an installed one is taken first, then one that Playwright has downloaded. As a
 * program, `node scripts/browsers.mjs` installs what is missing where it may, and else says which command does.
 */

const BROWSERS = {
  chromium: {
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    package: 'chromium',
  },
  firefox: { paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'], package: 'firefox-esr' },
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

async function downloaded(name) {
  const playwright = await import('playwright')
  return existsSync(playwright[name].executablePath())
}

async function main() {
  const missing = []
  for (const name of Object.keys(BROWSERS)) if (!installed(name) && !(await downloaded(name))) missing.push(name)
  if (!missing.length) return

  const packages = missing.map((name) => BROWSERS[name].package)
  const apt = existsSync('/usr/bin/apt-get')
  if (apt && process.getuid?.() === 0) {
    console.log(`Installing for the browser tests: ${packages.join(', ')}`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    })
    return
  }
  console.error(`The browser tests need ${missing.join(' and ')}. One of these installs what is missing:`)
  if (apt) console.error(`  sudo apt-get install -y ${packages.join(' ')}`)
  console.error(`  npx playwright install --with-deps ${missing.join(' ')}`)
  process.exitCode = 1
}

if (import.meta.filename === process.argv[1]) await main()
