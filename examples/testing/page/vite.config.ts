import { defineConfig } from 'vite'

/** `headwater mock`, in the place of the server that the application talks to. */
const mock = {
  target: `http://127.0.0.1:${process.env.MOCK_PORT ?? 8081}`,
  // Without this the proxy hides from the page that a stream has broken: see docs/servers.md.
  configure: (proxy: Proxy) =>
    proxy.on('proxyRes', (upstream, _, response) => {
      upstream.on('close', () => upstream.complete || response.destroy())
    }),
}

interface Proxy {
  on(
    event: 'proxyRes',
    listener: (
      upstream: { readonly complete: boolean; on(event: 'close', listener: () => void): unknown },
      request: unknown,
      response: { destroy(): unknown },
    ) => void,
  ): unknown
}

export default defineConfig({
  root: import.meta.dirname,
  // The second lets tests tell the mock what to do through the address of the page.
  server: { proxy: { '/api': mock, '/__mock': mock } },
  // In this repository the sources stand in for the package.
  resolve: { alias: { 'headwater/hub': new URL('../../../src/hub/index.ts', import.meta.url).pathname } },
})
