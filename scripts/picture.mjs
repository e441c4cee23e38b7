import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { chromium } from 'playwright'
import { findBrowsers } from './browsers.mjs'

/*
 * `npm run demo:picture` takes the README's pictures of the demo: docs/demo-light.png and docs/demo-dark.png. It starts the
 * demo, breaks its server twice, and waits until both faults and what followed are on the page.
 */

const WIDTH = 1280
/** As much as shows the buttons, what each client has lost, and the chart. */
const HEIGHT = 800
/** npm ships the pictures to every user. */
const MOST = 150_000

const demo = spawn(process.execPath, ['demo/start.ts', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
try {
  const address = await new Promise((resolve, reject) => {
    demo.stdout.on('data', (chunk) => {
      const [found] = /http:\S+/.exec(`${chunk}`) ?? []
      if (found) resolve(found)
    })
    demo.once('exit', () => reject(new Error('The demo ended before it had an address.')))
  })
  const browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, reducedMotion: 'reduce' })
  await page.goto(address)
  // Time for the chart of the last minute to fill, and for the client to recover in between.
  for (const fault of ['drop', 'unavailable']) {
    await page.waitForTimeout(12_000)
    await page.click(`[data-fault="${fault}"]`)
  }
  await page.waitForTimeout(14_000)
  // No button looks as if it were pressed.
  await page.mouse.move(0, 0)
  await page.evaluate(() => {
    document.activeElement?.blur()
    scrollTo(0, 0)
  })
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme })
    const path = `docs/demo-${colorScheme}.png`
    await page.screenshot({ path })
    const { size } = statSync(path)
    console.log(`${path}: ${(size / 1000).toFixed(0)} kB`)
    if (size > MOST) throw new Error(`${path} has ${size} bytes; at most ${MOST} are good for a README.`)
  }
  await browser.close()
} finally {
  demo.kill('SIGTERM')
  if (demo.exitCode === null) await once(demo, 'exit')
}
