import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { compile } from 'svelte/compiler'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { findBrowsers } from './scripts/browsers.mjs'
import { mockCommands } from './test/browser/commands.ts'

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
// Tests import what users import; the sources stand in for the package.
const alias = {
  'headwater/hub': root('./src/hub/index.ts'),
  'headwater/resume': root('./src/resume/index.ts'),
  'headwater/request': root('./src/request/index.ts'),
  'headwater/tabs': root('./src/tabs/index.ts'),
  'headwater/store': root('./adapters/store.ts'),
  'headwater/react': root('./adapters/react.ts'),
  'headwater/vue': root('./adapters/vue.ts'),
  'headwater/tanstack-query': root('./adapters/tanstack-query.ts'),
  'headwater/server/node': root('./server/node.ts'),
  'headwater/server/metrics': root('./server/metrics.ts'),
  'headwater/server': root('./server/index.ts'),
  'headwater/testing/msw': root('./testing/msw.ts'),
  'headwater/testing/node': root('./testing/node.ts'),
  'headwater/testing': root('./testing/index.ts'),
  headwater: root('./src/index.ts'),
}
const { chromium, firefox } = findBrowsers()
const react18 = (name: string): string => root(`./test/react-18/node_modules/${name}`)

const inFirefox = (launchOptions: NonNullable<typeof firefox>) => ({
  browser: 'firefox' as const,
  provider: playwright({
    launchOptions,
    // An installed Firefox is driven over WebDriver BiDi, which knows no emulation of media.
    contextOptions: { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null },
  }),
})

const svelte: Plugin = {
  name: 'svelte',
  transform: (code, id) =>
    id.endsWith('.svelte') ? compile(code, { filename: id, generate: 'client' }).js : undefined,
}

/** What computes and waits for nothing: files share a page, since one for each would cost a minute, and the tests clean up. */
const pure = {
  isolate: false,
  // They start sooner than processes.
  pool: 'threads',
  maxWorkers: '100%',
  // Projects with another number of workers have their turn before.
  sequence: { groupOrder: 1 },
} as const

export default defineConfig({
  resolve: { alias },
  test: {
    // A limit is for a test that hangs: no machine meets this one, however busy. Nothing here is timed.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    projects: [
      {
        extends: true,
        test: {
          ...pure,
          name: 'unit',
          include: [
            'test/*.test.ts',
            'test/{base,decisions,events,connection,resume,transports,hub,request,tabs}/*.test.ts',
            'test/testing/**/*.test.ts',
            'test/server/**/*.test.ts',
            'test/adapters/*.test.{ts,tsx}',
          ],
          environment: './test/support/environment.ts',
        },
      },
      {
        // The same tests of React, on the oldest that is supported.
        extends: true,
        resolve: {
          alias: { react: react18('react'), 'react-dom': react18('react-dom') },
          dedupe: ['react', 'react-dom'],
        },
        test: {
          ...pure,
          name: 'react-18',
          include: ['test/adapters/react*.test.tsx'],
          // <Activity> came with React 19.2.
          exclude: ['test/adapters/react-activity.test.tsx'],
          environment: './test/support/environment.ts',
        },
      },
      {
        // As a bundler for browsers sees them: for Node, Svelte and Solid have builds that only render to text.
        extends: true,
        plugins: [svelte],
        resolve: { conditions: ['browser'] },
        test: {
          ...pure,
          name: 'examples',
          include: ['test/examples/*.test.ts'],
          environment: './test/support/environment.ts',
          server: { deps: { inline: [/svelte/, /solid-js/] } },
        },
      },
      // The recipes of docs/testing.md, in the environments that their readers have.
      ...(['happy-dom', 'jsdom'] as const).map((environment) => ({
        extends: true as const,
        test: {
          ...pure,
          name: `recipes-${environment}`,
          include: ['examples/testing/*/*.test.{ts,tsx}', 'test/demo/*.test.{ts,tsx}'],
          exclude: ['**/jest/**'],
          environment,
        },
      })),
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/{node,cli,systems}/**/*.test.ts'],
          environment: 'node',
          // EventSource, and v8.queryObjects() to count what is left in memory, are experiments of Node: no need to say so each time.
          execArgv: ['--experimental-eventsource', '--disable-warning=ExperimentalWarning'],
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], environment: 'node' },
      },
      {
        extends: true,
        // Found only when a test asks for it, a dependency would make vite reload the page under the tests.
        optimizeDeps: { include: ['react', 'react-dom/client', 'react-dom/server', 'react/jsx-dev-runtime'] },
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.{ts,tsx}'],
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
