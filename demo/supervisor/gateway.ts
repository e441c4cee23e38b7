import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { bearerOf, type Tokens } from '../server/token.ts'
import type { Api } from './api.ts'
import { createProxy } from './proxy.ts'
import { causeInAll, countInAll } from './together.ts'

/*
 * The gateway between the pages and the API server: tasks that only the supervisor can do, as a process that is about to be
 * killed cannot answer; tasks that all processes do together; for all the rest, the proxy.
 */

/** @param failed - Told when there is no process any more. */
export function gateway(api: Api, tokens: Tokens, failed: (error: Error) => void): Plugin {
  const { fleet } = api
  const proxy = createProxy(({ url }) => (url === '/api/admin/order' && fleet ? fleet.shop : api.next())?.port)

  function route(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const { method, url = '', headers } = request
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const answer = (status: number, body?: object): unknown =>
      response.writeHead(status, body && { 'content-type': 'application/json' }).end(body && JSON.stringify(body))
    const fail = (error: Error): void => {
      failed(error)
      answer(503)
    }
    const restarts = pathname === '/api/faults/restart'
    const drains = pathname === '/api/admin/drain'
    if (!pathname.startsWith('/api/')) next()
    else if (fleet && method === 'POST' && !restarts && pathname.startsWith('/api/faults/'))
      causeInAll(fleet, pathname).then(answer, () => answer(502))
    else if (fleet && pathname === '/api/connections')
      countInAll(fleet, url).then(
        (count) => answer(200, count),
        () => answer(502),
      )
    else if (!restarts && !drains) proxy(request, response)
    else if (method !== 'POST') response.writeHead(405, { allow: 'POST' }).end()
    else if (drains && tokens.read(bearerOf(headers))?.role !== 'operator') answer(401)
    else if (api.busy) answer(409)
    else if (drains) api.replace().then(() => answer(202), fail)
    else {
      api.restart(undefined, Number(searchParams.get('process')) || undefined).catch(failed)
      answer(202)
    }
  }

  return {
    name: 'headwater-demo-gateway',
    configureServer: ({ middlewares }) => void middlewares.use(route),
    // Every visitor of this page gets a token: a real one would stand behind a login. The token stands in the page and is no
    // cookie, so that nothing another page sends comes with it.
    transformIndexHtml(_, { path }) {
      if (path !== '/admin.html') return []
      const content = tokens.mint({ role: 'operator' })
      return [{ tag: 'meta', attrs: { name: 'operator-token', content }, injectTo: 'head' }]
    },
  }
}
