import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { type Asked, HANDLERS } from './handlers.ts'
import { madeOf } from './pages.ts'

/*
 * Serves a checkout of web-platform-tests, as far as `eventsource/` needs it.
 */

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', html: 'text/html', htm: 'text/html' }

const REPORT = `add_completion_callback((tests, status) => {
  self.outcome = {
    harness: status.status === 0 ? '' : String(status.message ?? status.status),
    tests: tests.map(({ name, status, message }) => ({ name, passed: status === 0, message: message ?? '' })),
  }
})
`

/** Bytes, one per character. */
const decode = (text: string): string =>
  text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const pairs = (text: string, separator: string): Map<string, string> =>
  new Map(
    text
      .split(separator)
      .filter(Boolean)
      .map((pair) => {
        const [name = '', ...value] = pair.trim().split('=')
        return [decode(name), decode(value.join('='))]
      }),
  )

const askedOf = ({ method = 'GET', headers, url = '/' }: IncomingMessage): Asked => ({
  method,
  headers: headers as Asked['headers'],
  query: pairs(/\?(.*)/.exec(url)?.[1] ?? '', '&'),
  cookies: pairs(headers.cookie ?? '', ';'),
})

async function handle(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status = 200, headers = [], body = '' } = (await HANDLERS[path]?.(askedOf(request))) ?? {}
  response.writeHead(status, headers.flat() as string[])
  if (typeof body === 'string') return void response.end(body, 'latin1')
  await body(
    (text) => response.write(text, 'latin1'),
    () => !response.destroyed,
  )
}

/**
 * @param root - The checkout.
 * @param installed - A script that puts the class to test in place; '' for none.
 */
export async function serveTests(root: string, installed: string): Promise<{ port: number; close(): void }> {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')

  /** The class comes before everything else: into each page, and into each script that a worker may begin with. */
  function install(path: string, type: string, text: string): string {
    if (!installed || !path.startsWith('/eventsource/')) return text
    if (type === 'text/javascript') return /\.(any|window)\.js$/.test(path) ? text : `${installed}\n${text}`
    const tag = '<script src="/installed.js"></script>'
    return /<head>/i.test(text)
      ? text.replace(/<head>/i, `<head>${tag}`)
      : text.replace(/^<!doctype html>/i, (doctype) => `${doctype}${tag}`)
  }

  function answer(path: string): { type: string; text: string } | undefined {
    if (path === '/installed.js') return { type: 'text/javascript', text: installed }
    if (path === '/resources/testharnessreport.js') return { type: 'text/javascript', text: REPORT }
    const made = madeOf(path)
    if (made && !existsSync(join(root, path)) && existsSync(join(root, made.script)))
      return { type: made.type, text: install(path, made.type, made.make(read(made.script))) }
    const type = TYPES[path.split('.').at(-1) ?? '']
    if (!type || !existsSync(join(root, path))) return undefined
    return { type, text: install(path, type, read(path)) }
  }

  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent((request.url ?? '/').split('?')[0] ?? ''))
    if (HANDLERS[path]) return void handle(path, request, response).catch(() => response.destroy())
    const found = answer(path)
    response.writeHead(found ? 200 : 404, { 'content-type': `${found?.type ?? 'text/plain'};charset=utf-8` })
    response.end(found?.text ?? `no such file, and no handler for it: ${path}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
