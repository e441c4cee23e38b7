import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { InOrder } from './test/support/in-order.ts'

/*
 * The tests that wait for nothing: `npm run test:unit`. vitest.config.ts adds the others, with what they need of browsers,
 * which would take longer to load than many of these tests take to run.
 */

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
// Tests import what users import; the sources stand in for the package.
const alias = {
  'headwater/hub': root('./src/hub/index.ts'),
  'headwater/resume': root('./src/resume/index.ts'),
  'headwater/request': root('./src/request/index.ts'),
  'headwater/tabs': root('./src/tabs/index.ts'),
  'headwater/eventsource': root('./adapters/eventsource.ts'),
  'headwater/store': root('./adapters/store.ts'),
  'headwater/react': root('./adapters/react.ts'),
  'headwater/vue': root('./adapters/vue.ts'),
  'headwater/tanstack-query': root('./adapters/tanstack-query.ts'),
  'headwater/server/node': root('./server/node.ts'),
  'headwater/server/metrics': root('./server/metrics.ts'),
  'headwater/server/redis': root('./server/redis/index.ts'),
  'headwater/server': root('./server/index.ts'),
  'headwater/testing/msw': root('./testing/msw.ts'),
  'headwater/testing/node': root('./testing/node.ts'),
  'headwater/testing': root('./testing/index.ts'),
  headwater: root('./src/index.ts'),
  // What `@vitest-environment page` in the first line of a test file asks for.
  'vitest-environment-page': root('./test/support/environment.ts'),
}
const react18 = (name: string): string => root(`./test/react-18/node_modules/${name}`)

const svelte: Plugin = {
  name: 'svelte',
  async transform(code, id) {
    if (!id.endsWith('.svelte')) return undefined
    const { compile } = await import('svelte/compiler')
    return compile(code, { filename: id, generate: 'client' }).js
  },
}

/** Files share a page, or a Node, since one for each would cost a minute, and the tests clean up. */
const pure = {
  isolate: false,
  // They start sooner than processes.
  pool: 'threads',
  maxWorkers: '100%',
  // Projects with another number of workers have their turn before.
  sequence: { groupOrder: 1 },
} as const

/** A few files that import much: a second worker would import it all again, which takes longer than their tests. */
const few = { ...pure, maxWorkers: 1, sequence: { groupOrder: 2 } } as const

/** Components as a bundler for browsers sees them: for Node, Svelte and Solid have builds that only render to text. */
export const inPage = {
  extends: true as const,
  plugins: [svelte],
  resolve: { conditions: ['browser'] },
  test: {
    ...few,
    environment: root('./test/support/environment.ts'),
    server: { deps: { inline: [/svelte/, /solid-js/] } },
  },
}

export default defineConfig({
  resolve: { alias },
  test: {
    // A limit is for a test that hangs: no machine meets this one, however busy. Nothing here is timed.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    sequence: { sequencer: InOrder },
    projects: [
      {
        extends: true,
        test: {
          ...pure,
          name: 'unit',
          include: [
            'test/*.test.ts',
            'test/{base,decisions,events,connection,resume,transports,hub,request,tabs,prove,consumers,site}/*.test.ts',
            'test/testing/**/*.test.ts',
            'test/server/**/*.test.ts',
            'test/{bench,codegen}/**/*.test.ts',
            'test/adapters/*.test.{ts,tsx}',
            'test/demo/*.test.ts',
          ],
          exclude: ['test/demo/react-panel.test.ts'],
          // A file that needs a page says so in its first line: `// @vitest-environment page`.
          environment: 'node',
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
          ...few,
          name: 'react-18',
          include: ['test/adapters/react*.test.tsx'],
          // <Activity> came with React 19.2.
          exclude: ['test/adapters/react-activity.test.tsx'],
          environment: 'node',
        },
      },
      {
        ...inPage,
        test: {
          ...inPage.test,
          name: 'examples',
          include: ['test/examples/*.test.ts'],
          // It needs the build, and starts servers: vitest.config.ts has it.
          exclude: ['test/examples/readme.test.ts'],
        },
      },
      // The recipes of docs/testing.md and docs/testing/, and a test of the demo that follows them, in the environments that their
      // readers have.
      ...(['happy-dom', 'jsdom'] as const).map((environment) => ({
        extends: true as const,
        test: {
          ...few,
          name: `recipes-${environment}`,
          include: ['examples/testing/*/*.test.{ts,tsx}', 'test/demo/react-panel.test.ts'],
          exclude: ['**/jest/**'],
          environment,
        },
      })),
    ],
  },
})
