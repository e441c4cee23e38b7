import { fileURLToPath } from 'node:url'
import { createServer, type Plugin, type ViteDevServer } from 'vite'
import { sources } from './sources.ts'

/* The browser's address: Vite for the pages, and a gateway to the API server ahead of it. */

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/**
 * @param port - Undefined: 5173, or the next that is free.
 * @param watch - Pages reload when a file that they import is saved. In a demo, that must not happen in the middle of a fault.
 */
export async function startWeb(port: number | undefined, gateway: Plugin, watch: boolean): Promise<ViteDevServer> {
  const server = await createServer({
    configFile: false,
    root: path('..'),
    logLevel: 'warn',
    clearScreen: false,
    // The sources stand in for the package.
    resolve: {
      alias: {
        'headwater/hub': path('../../src/hub/index.ts'),
        'headwater/tabs': path('../../src/tabs/index.ts'),
        'headwater/store': path('../../adapters/store.ts'),
        'headwater/react': path('../../adapters/react.ts'),
        'headwater/vue': path('../../adapters/vue.ts'),
        headwater: path('../../src/index.ts'),
      },
    },
    // All that must be bundled ahead: React comes as CommonJS, Vue in many files. The rest is ES modules already.
    optimizeDeps: {
      noDiscovery: true,
      include: ['react', 'react/jsx-runtime', 'react/jsx-dev-runtime', 'react-dom', 'react-dom/client', 'vue'],
    },
    cacheDir: path('../../node_modules/.vite/demo'),
    // Vue asks for an answer to each of these, and warns where there is none.
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    plugins: [gateway, sources()],
    server: {
      host: '127.0.0.1',
      port: port ?? 5173,
      strictPort: port !== undefined,
      hmr: watch && {},
      watch: watch ? {} : null,
      // There is a token in one of the pages, which no page of another origin is to read.
      cors: false,
      fs: { allow: [path('../..')] },
    },
  })
  await server.listen()
  return server
}
