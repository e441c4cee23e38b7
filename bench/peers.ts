/*
 * What clients do when things go wrong, side by side: the same fault scripts, one real server each, in Node. The table of
 * the README is this program's output. `npm run bench:peers`
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createMockServer, type MockServer, type Step } from '../testing/node.ts'
import { CLIENTS, type Client } from './clients.ts'

interface Outcome {
  readonly server: MockServer
  readonly messages: readonly string[]
}

interface Case {
  readonly title: string
  /** What the server does with each request; the last script goes on for ever. */
  readonly scripts: readonly (readonly Step[])[]
  /** How long to watch, in milliseconds. */
  readonly watch: number
  /** What the application does with a message, other than counting it. */
  readonly onMessage?: (close: () => void) => void
  readonly tell: (outcome: Outcome) => string
}

const count = ({ server }: Outcome): string => `${server.requests.length}`
const received = ({ messages }: Outcome): string => [...new Set(messages)].join(', ')
const resumed =
  (id: string) =>
  ({ server }: Outcome): string => {
    const [, second] = server.requests
    if (!second) return 'never reconnects'
    return second.lastEventId === id ? 'yes' : `no, sends '${second.lastEventId}'`
  }

const CASES: readonly Case[] = [
  { title: '401 for ever: requests in 4 s', scripts: [[{ refuse: { status: 401 } }]], watch: 4000, tell: count },
  { title: '204: requests in 4 s', scripts: [[{ refuse: { status: 204 } }]], watch: 4000, tell: count },
  {
    title: '200 text/html: requests in 4 s',
    scripts: [[{ refuse: { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Sign in' } }]],
    watch: 4000,
    tell: count,
  },
  {
    title: '503 with `Retry-After: 3`: comes back',
    scripts: [[{ refuse: { status: 503, headers: { 'retry-after': '3' } } }], []],
    watch: 7000,
    tell({ server }) {
      const [first, second] = server.requests
      if (!first || !second) return 'never'
      return `after ${((second.at - first.at) / 1000).toFixed(1)} s`
    },
  },
  {
    title: 'opens and ends at once, for ever: connections in 5 s',
    scripts: [[{ comment: '' }, { end: true }]],
    watch: 5000,
    tell: count,
  },
  {
    title: '`retry: 99999999999`, then the end: connections in 3 s',
    scripts: [[{ retry: 99_999_999_999 }, { end: true }]],
    watch: 3000,
    tell: count,
  },
  {
    title: 'a handler throws at each of the messages 1, 2, 3 of a chunk: heard of',
    scripts: [[{ raw: 'data: 1\n\ndata: 2\n\ndata: 3\n\n' }]],
    watch: 4000,
    onMessage() {
      throw new Error('a bug in the application')
    },
    tell: received,
  },
  {
    title: '`close()` in a handler: messages delivered after it',
    scripts: [[{ raw: 'data: 1\n\ndata: 2\n\ndata: 3\n\n' }]],
    watch: 1000,
    onMessage: (close) => close(),
    tell: ({ messages }) => `${messages.length - 1}`,
  },
  {
    title: 'resumes from an id outside Latin-1',
    scripts: [[{ send: { data: 1, id: '日本' } }, { end: true }], []],
    watch: 7000,
    tell: resumed('日本'),
  },
  {
    title: 'resumes from the id of a block without data',
    scripts: [[{ send: { data: 1, id: '1' } }, { raw: 'id: 2\n\n' }, { end: true }], []],
    watch: 7000,
    tell: resumed('2'),
  },
]

/** The mock takes one script per request: the last is to be used for ever. */
async function serve(scripts: Case['scripts']): Promise<MockServer> {
  const last = scripts.at(-1) ?? []
  // No preamble: one of the clients takes a blank line for a message, which is not what is asked here.
  return createMockServer({ preamble: '', script: [...scripts, ...Array<readonly Step[]>(5000).fill(last)] })
}

async function watch({ scripts, watch, onMessage, tell }: Case, client: Client): Promise<string> {
  const server = await serve(scripts)
  const messages: string[] = []
  const close = client.open(`${server.url}/events`, (data) => {
    messages.push(data)
    onMessage?.(() => close())
  })
  await sleep(watch)
  const answer = tell({ server, messages })
  close()
  await server.close()
  return answer
}

// Applications throw here, and clients that die of it are part of the answer.
process.on('uncaughtException', () => {})
process.on('unhandledRejection', () => {})

const rows = [
  ['', ...CLIENTS.map(({ name }) => name)],
  ['---', ...CLIENTS.map(() => '---')],
]
for (const each of CASES) {
  rows.push([each.title, ...(await Promise.all(CLIENTS.map((client) => watch(each, client))))])
}
for (const row of rows) console.log(`| ${row.join(' | ')} |`)
process.exit()
