import { availableParallelism } from 'node:os'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findBrowsers } from './scripts/browsers.mjs'
import { mockCommands } from './test/browser/commands.ts'
import unit, { inPage } from './vitest.unit.config.ts'

const { chromium, firefox } = findBrowsers()

const inFirefox = (launchOptions: NonNullable<typeof firefox>) => ({
  browser: 'firefox' as const,
  provider: playwright({
    launchOptions,
    // An installed Firefox is driven over WebDriver BiDi, which knows no emulation of media.
    contextOptions: { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null },
  }),
})

export default defineConfig({
  ...unit,
  test: {
    ...unit.test,
    projects: [
      ...(unit.test?.projects ?? []),
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/{node,cli,systems}/**/*.test.ts'],
          environment: 'node',
          // One more than there are cores: many of them wait for programs that they have started.
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 3 },
          // EventSource, and v8.queryObjects() to count what is left in memory, are experiments of Node: no need to say so each time.
          execArgv: ['--experimental-eventsource', '--disable-warning=ExperimentalWarning'],
        },
      },
      {
        // The README as pasted, on the built package.
        ...inPage,
        test: { ...inPage.test, name: 'readme', include: ['test/examples/readme.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          // Each has one to twelve pages open. Two files keep two cores busy: with four, all of them took as long.
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        // Found only when a test asks for it, a dependency would make vite reload the page under the tests.
        optimizeDeps: { include: ['react', 'react-dom/client', 'react-dom/server', 'react/jsx-dev-runtime'] },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.{ts,tsx}'],
          // Most of their time they wait, for the network and for each other's browser.
          maxWorkers: 4,
          sequence: { groupOrder: 5 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            commands: mockCommands,
            provider: playwright(),
            instances: [
              {
                browser: 'chromium',
                provider: playwright({ launchOptions: { ...chromium, args: ['--no-sandbox'] } }),
              },
              // Only where it is recent enough to be driven; `npm run browsers` says if it is not.
              ...(firefox ? [inFirefox(firefox)] : []),
            ],
          },
        },
      },
    ],
  },
})
