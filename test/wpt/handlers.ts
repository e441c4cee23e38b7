import { setTimeout as sleep } from 'node:timers/promises'

/*
 * What web-platform-tests has as Python programs, for `eventsource/`: the same answers, so that no Python is needed. Texts are
 * bytes, one per character, as they are there.
 */

export interface Asked {
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The query, decoded to bytes. */
  readonly query: ReadonlyMap<string, string>
  readonly cookies: ReadonlyMap<string, string>
}

interface Answer {
  readonly status?: number
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** A function writes for as long as the client listens. */
  readonly body?: string | ((write: (text: string) => void, isOpen: () => boolean) => Promise<void>)
}

type Handler = (asked: Asked) => Answer | Promise<Answer>

const STREAM = ['content-type', 'text/event-stream'] as const
const setCookie = (name: string, value: string, more = ''): readonly [string, string] => [
  'set-cookie',
  `${name}=${value}; path=/${more}`,
]
const deleteCookie = (name: string): readonly [string, string] => setCookie(name, '', '; max-age=0')

const message: Handler = async ({ query }) => {
  const ms = Number(query.get('sleep') ?? 0)
  if (ms) await sleep(ms)
  const newline = query.get('newline') === 'none' ? '' : '\n\n'
  return {
    headers: [['content-type', query.get('mime') ?? 'text/event-stream']],
    body: `${query.get('message') ?? 'data: data'}${newline}\n`,
  }
}

const statusReconnect: Handler = ({ query, cookies }) => {
  const code = query.get('status') ?? '204'
  const name = `request${query.get('id') ?? code}`
  if (cookies.get(name) === code) return { headers: [STREAM, deleteCookie(name)], body: 'data: data\n\n' }
  const body = `retry: 2\n${query.has('ok_first') ? 'data: ok\n\n' : ''}`
  return { status: Number(code), headers: [STREAM, setCookie(name, code)], body }
}

const redirect: Handler = ({ query, headers }) => {
  const cors: (readonly [string, string])[] =
    query.has('enable-cors') && headers['origin']
      ? [
          ['access-control-allow-origin', headers['origin']],
          ['access-control-allow-credentials', 'true'],
        ]
      : []
  return {
    status: Number(query.get('status') ?? 302),
    headers: [['location', query.get('location') ?? ''], ...cors],
  }
}

const cacheControl: Handler = ({ headers }) => ({ headers: [STREAM], body: `data: ${headers['cache-control']}\n\n` })

/** What cors.py runs. */
const RUN: Readonly<Record<string, Handler>> = {
  message,
  redirect,
  'status-reconnect': statusReconnect,
  'cache-control': cacheControl,
}

const cors: Handler = async (asked) => {
  const { query, headers } = asked
  const answer = await RUN[query.get('run') ?? '']?.(asked)
  return {
    ...answer,
    headers: [
      ['access-control-allow-origin', query.get('origin') ?? headers['origin'] ?? ''],
      ['access-control-allow-credentials', query.get('credentials') ?? 'true'],
      ...(answer?.headers ?? []),
    ],
  }
}

const corsCookie: Handler = ({ query, headers, cookies }) => {
  const ident = query.get('ident') ?? 'test'
  const cookie = cookies.has(ident) ? 'COOKIE' : 'NO_COOKIE'
  const credentials = query.get('credentials') ?? 'true'
  const allowed: (readonly [string, string])[] = [
    ['access-control-allow-origin', query.get('origin') ?? headers['origin'] ?? ''],
    ['access-control-allow-credentials', credentials],
    // A page that asks by `fetch` has its header checked first.
    ['access-control-allow-headers', 'last-event-id'],
  ]
  const id = headers['last-event-id'] ?? ''
  if (id === '')
    return {
      headers: [...allowed, STREAM, setCookie(ident, 'COOKIE')],
      body: `id: 1\nretry: 200\ndata: first ${cookie}\n\n`,
    }
  if (id === '1')
    return { headers: [...allowed, STREAM, deleteCookie(ident)], body: `id: 2\ndata: second ${cookie}\n\n` }
  return { headers: [...allowed, ['content-type', 'stop']], body: `data: ${id}${cookie}\n\n` }
}

const SAFE_IDS: Readonly<Record<string, string>> = { safe: 'abc', unsafe: 'e5p3n<3k0k0s', long: 'a'.repeat(255) }
/** The headers that preflights have asked for, by token. */
const preflights = new Map<string, string>()

const corsUnsafeLastEventId: Handler = ({ method, query, headers }) => {
  const fixture = query.get('fixture') ?? ''
  const token = query.get('token') ?? ''
  const asked = headers['access-control-request-headers']
  const allowed: (readonly [string, string])[] = [
    ['access-control-allow-origin', headers['origin'] ?? '*'],
    ...(asked ? [['access-control-allow-headers', asked] as const] : []),
  ]
  const id = headers['last-event-id'] ?? ''
  if (method === 'OPTIONS') {
    preflights.set(token, asked ?? '')
    return { headers: allowed }
  }
  const say = (event: string, data: string): Answer => ({
    headers: [...allowed, STREAM, ['cache-control', 'no-store']],
    body: `event: ${event}\ndata: ${data}\n\n`,
  })
  const expected = SAFE_IDS[fixture] ?? '<unknown>'
  if (id === '') return say(`message\nid: ${expected}\nretry: 200`, fixture)
  const seen = preflights.get(token)
  preflights.delete(token)
  if (seen !== undefined && fixture === 'safe') return say('failure', 'saw preflight, did not expect one')
  if (seen === undefined && fixture !== 'safe') return say('failure', 'expected preflight, did not get one')
  return say(id === expected ? 'success' : 'failure', `got ${id}, expected ${expected}`)
}

const lastEventId: Handler = ({ query, headers }) => {
  const id = headers['last-event-id']
  const value = query.get('idvalue') ?? Buffer.from('…').toString('latin1')
  return { headers: [STREAM], body: id ? `data: ${id}\n\n` : `id: ${value}\nretry: 200\ndata: hello\n\n` }
}

const IDS: Readonly<Record<string, string>> = {
  1: 'id: 1\ndata: 1\n\ndata: 2\n\nid: 2\ndata:3\n\ndata:4\n\n',
  2: 'id: 1\ndata: 1\n\nid:\ndata:2\n\ndata:3\n\n',
  3: 'id: 1\ndata: 1\n\nid\ndata:2\n\ndata:3\n\n',
}

const message2: Handler = () => ({
  headers: [STREAM, ['cache-control', 'no-cache']],
  async body(write, isOpen) {
    while (isOpen()) {
      write('data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n')
      await sleep(2000)
    }
  },
})

const reconnectFail: Handler = ({ query, cookies }) => {
  const name = `recon_fail_${query.get('id')}`
  const state = cookies.get(name)
  if (state === 'opened') return { headers: [STREAM, setCookie(name, 'reconnected')], body: 'data: reconnected\n\n' }
  if (state === 'reconnected') return { status: 204, headers: [STREAM, deleteCookie(name)] }
  return { headers: [STREAM, setCookie(name, 'opened')], body: 'retry: 2\ndata: opened\n\n' }
}

const statusError: Handler = ({ query }) => {
  const status = Number(query.get('status') ?? 404)
  return { status, headers: [STREAM], body: status === 204 || status === 205 ? '' : 'data: data\n\n' }
}

const IN = '/eventsource/resources'

export const HANDLERS: Readonly<Record<string, Handler>> = {
  '/common/redirect.py': redirect,
  [`${IN}/accept.event_stream`]: ({ headers }) => ({ headers: [STREAM], body: `data: ${headers['accept']}\n\n` }),
  [`${IN}/cache-control.event_stream`]: cacheControl,
  [`${IN}/cors.py`]: cors,
  [`${IN}/cors-cookie.py`]: corsCookie,
  [`${IN}/cors-unsafe-last-event-id.py`]: corsUnsafeLastEventId,
  [`${IN}/last-event-id.py`]: lastEventId,
  [`${IN}/last-event-id2.py`]: ({ query }) => ({ headers: [STREAM], body: IDS[query.get('type') ?? 1] ?? '' }),
  [`${IN}/message.py`]: message,
  [`${IN}/message2.py`]: message2,
  [`${IN}/reconnect-fail.py`]: reconnectFail,
  [`${IN}/status-error.py`]: statusError,
  [`${IN}/status-reconnect.py`]: statusReconnect,
}
