import { defineConfig } from '@playwright/test'
// In your project Playwright brings its own browsers, and `use.launchOptions` goes.
import { findBrowsers } from '../../../scripts/browsers.mjs'

const { PAGE_PORT = '5180', MOCK_PORT = '8081' } = process.env
const root = new URL('../../..', import.meta.url).pathname

export default defineConfig({
  testDir: '.',
  // One mock serves all tests that drive it over HTTP.
  workers: 1,
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${PAGE_PORT}`,
    launchOptions: { ...findBrowsers().chromium, args: ['--no-sandbox'] },
  },
  webServer: [
    {
      command: `vite examples/testing/page --config examples/testing/page/vite.config.ts --port ${PAGE_PORT} --strictPort`,
      url: `http://localhost:${PAGE_PORT}`,
      cwd: root,
      env: { MOCK_PORT },
    },
    {
      // In your project: `headwater mock …`.
      command: `node cli/main.ts mock --tick 0 --replay --quiet --port ${MOCK_PORT}`,
      url: `http://localhost:${MOCK_PORT}/__mock`,
      cwd: root,
    },
  ],
})
