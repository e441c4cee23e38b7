import { fileURLToPath } from 'node:url'
import { createLogger, createServer, type Plugin, type ProxyOptions, type ViteDevServer } from 'vite'
import type { ApiProcess } from './api.ts'

/*
 * What the browser talks to: Vite for the page, and a proxy in front of the API server, as in most set-ups.
 */

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** @param port - Undefined: 5173, or the next that is free. */
export async function startWeb(
  api: ApiProcess,
  port: number | undefined,
  failed: (error: Error) => void,
): Promise<ViteDevServer> {
  const logger = createLogger('warn')
  const { error } = logger
  // That the API server cannot be reached is what this demo shows; Vite would print a stack for each request.
  logger.error = (message, options) => {
    if (!options?.error || !('code' in options.error)) error(message, options)
  }
  const server = await createServer({
    configFile: false,
    root: path('..'),
    customLogger: logger,
    clearScreen: false,
    // The sources stand in for the package.
    resolve: {
      alias: {
        'headwater/store': path('../../adapters/store.ts'),
        'headwater/react': path('../../adapters/react.ts'),
        'headwater/vue': path('../../adapters/vue.ts'),
        headwater: path('../../src/index.ts'),
      },
    },
    // All that must be bundled ahead: React comes as CommonJS, Vue in many files. The rest is ES modules already.
    optimizeDeps: { noDiscovery: true, include: ['react', 'react-dom', 'react-dom/client', 'vue'] },
    cacheDir: path('../../node_modules/.vite/demo'),
    // Vue asks for an answer to each of these, and warns where there is none.
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    plugins: [restartRoute(api, failed)],
    server: {
      host: '127.0.0.1',
      port: port ?? 5173,
      strictPort: port !== undefined,
      // A demo, not a workshop: a file that is saved somewhere must not reload the page in the middle of a fault.
      hmr: false,
      watch: null,
      fs: { allow: [path('../..')] },
      proxy: { '/api': proxyTo(api.port) },
    },
  })
  await server.listen()
  return server
}

function proxyTo(port: number): ProxyOptions {
  return {
    target: `http://127.0.0.1:${port}`,
    configure(proxy) {
      proxy.on('proxyRes', (upstream, _request, response) => {
        // A pipe passes on the end, but not the break: the page would wait for ever on a server that is dead.
        upstream.on('close', () => {
          if (!upstream.complete) response.destroy()
        })
      })
    },
  }
}

/** Ahead of the proxy: whoever is about to be killed cannot answer. */
function restartRoute(api: ApiProcess, failed: (error: Error) => void): Plugin {
  return {
    name: 'headwater-demo-restart',
    configureServer({ middlewares }) {
      middlewares.use('/api/faults/restart', (request, response) => {
        if (request.method !== 'POST') {
          response.writeHead(405, { allow: 'POST' }).end()
          return
        }
        api.restart().catch(failed)
        response.writeHead(202).end()
      })
    },
  }
}
