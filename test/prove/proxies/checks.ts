import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'
import { LONG_IDLE, SHORT_IDLE, type Variant } from './proxy.ts'
import { expectAll, heard, isOpen, losses, open, opened, openings, type Stage } from './stage.ts'

/*
 * What is asked of each proxy. A check says what was seen, and throws if that is not what docs/proxies.md promises.
 */

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Of the server, in milliseconds. */
export const HEARTBEAT = 1000
/** An event that takes longer than this was held back. */
const AT_ONCE = 500

export interface Check {
  /** The first cell of its row. */
  readonly name: string
  readonly variant: Variant
  /** Whether it runs for this kind of connection; always, if left out. */
  readonly suits?: (isSecure: boolean) => boolean
  run(stage: Stage): Promise<string>
}

const ms = (times: readonly number[]): number => Math.max(...times)

async function immediately(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  for (let i = 0; i < 5; i++) {
    await expectAll(stage, visit)
    await sleep(100)
  }
  const { delays, encoding } = await visit.heard()
  if (ms(delays) > AT_ONCE) throw Error(`an event took ${ms(delays)} ms`)
  return [`≤ ${ms(delays)} ms`, encoding].filter(Boolean).join(', ')
}

async function compressed(stage: Stage): Promise<string> {
  const seen = await immediately(stage)
  return seen.includes('gzip') ? seen : `${seen}, does not compress`
}

async function manyEvents(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit)
  for (let i = 0; i < 50; i++) await expectAll(stage, visit, 200)
  return openings(await visit.heard()) === 1 ? 'all' : 'all, after reconnects'
}

async function heartbeats(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await heard(visit, 'a third heartbeat', ({ heartbeats }) => heartbeats >= 3)
  const all = await expectAll(stage, visit)
  if (openings(all) > 1) throw Error('the stream was cut')
  return 'pass'
}

async function shortIdle(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit)
  const all = await heard(visit, 'a reconnect', (heard) => openings(heard) >= 3 && isOpen(heard))
  await expectAll(stage, visit, 3)
  return `cut (${losses(all)}), reconnects, nothing lost`
}

async function longIdle(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await sleep(2.5 * LONG_IDLE)
  const all = await expectAll(stage, visit)
  if (openings(all) > 1) throw Error(`the stream was cut (${losses(all)})`)
  return 'stays open'
}

async function restart(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit, 2)
  await stage.proxy.kill()
  // These are published while nobody listens.
  await stage.upstream.call('publish', 3)
  await stage.proxy.again()
  const all = await expectAll(stage, visit)
  return `reconnects (${losses(all)}), nothing lost`
}

async function reload(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit, 2)
  await stage.proxy.reload()
  const all = await expectAll(stage, visit, 2)
  const later = await opened(stage)
  await expectAll(stage, later)
  return openings(all) === 1 ? 'the stream goes on' : `reconnects (${losses(all)}), nothing lost`
}

async function topics(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await visit.join('orders')
  const { messages } = await heard(visit, 'a topic', ({ joined, messages }) => joined.length || messages.length)
  if (messages.length) throw Error(messages.join(', '))
  const last = await stage.upstream.call('publish', 1, 'orders')
  const all = await heard(visit, 'its event', ({ numbers }) => numbers.at(-1) === last)
  return openings(all) === 1 ? 'joins without a reconnect' : 'joins by a reconnect'
}

async function serverDown(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit, 2)
  await stage.upstream.call('down')
  const down = await heard(visit, 'a refusal of the proxy', ({ states }) =>
    states.some((state) => state.startsWith('waiting http')),
  )
  await stage.upstream.call('publish', 3)
  await stage.upstream.call('up')
  await expectAll(stage, visit)
  return `retries (${losses(down)}), nothing lost`
}

async function broken(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit)
  const at = Date.now()
  await stage.upstream.call('cut')
  const all = await heard(
    visit,
    'the end of the stream',
    ({ states }) => states.some((state) => state.startsWith('waiting')),
    5000,
  )
  const took = Date.now() - at
  await expectAll(stage, visit)
  const how = all.messages.some((message) => message.endsWith('stream ended')) ? 'the end of the response' : 'an error'
  return `in ${took} ms, as ${how}`
}

async function leaving(stage: Stage): Promise<string> {
  const visit = await opened(stage)
  await expectAll(stage, visit)
  const at = Date.now()
  await visit.close()
  await until('the end of the stream at the server', async () => (await stage.upstream.call('clients')) === 0, 5000)
  return `in ${Date.now() - at} ms`
}

async function limit(stage: Stage): Promise<string> {
  // At once, as the files of a page need connections too.
  const visits = await stage.visitor.open(stage.proxy.origin, 3, { connectTimeout: 1000 })
  const refused = await until('a refusal of the third', async () => {
    const all = await Promise.all(visits.map((visit) => visit.heard()))
    const third = all.find(({ states }) => states.some((state) => state.startsWith('waiting')))
    return all.filter(isOpen).length === 2 && third
  })
  const open = await Promise.all(visits.map(async (visit) => ({ visit, isOpen: isOpen(await visit.heard()) })))
  await open.find(({ isOpen }) => isOpen)?.visit.close()
  const third = open.find(({ isOpen }) => !isOpen)?.visit
  if (!third) throw Error('all three are open')
  await heard(third, 'its turn', isOpen)
  await expectAll(stage, third)
  return `the third is refused (${losses(refused)}), and gets its turn`
}

async function many(stage: Stage): Promise<string> {
  const visits = await stage.visitor.open(stage.proxy.origin, 8, {})
  for (const visit of visits) await heard(visit, 'one of eight streams', isOpen)
  for (const visit of visits) await expectAll(stage, visit)
  return 'all open'
}

/** Nothing comes, or not before a buffer is full: the client must not believe that all is well. */
async function buffering(stage: Stage): Promise<string> {
  await stage.upstream.call('publish', 1)
  const visit = await open(stage, { connectTimeout: 3000 })
  const lost = await heard(visit, 'a failure', ({ states }) => states.some((state) => state.startsWith('waiting')))
  if (lost.openings.length !== lost.silent) throw Error('the server has introduced itself')
  return `fails: ${lost.messages.map((message) => message.slice(message.indexOf(': ') + 2)).join(', ')}`
}

/** What a developer sees who asks the command. */
async function command({ proxy }: Stage): Promise<string> {
  const args = ['dist/cli.js', 'listen', `${proxy.origin}/events`]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.on('data', (chunk) => {
    text += chunk
  })
  try {
    return await until('the word of the command', async () => /(no heartbeat; .*)/.exec(text)?.[1])
  } finally {
    child.kill()
  }
}

/** What goes wrong without the settings that docs/proxies.md names. */
async function bare(stage: Stage): Promise<string> {
  const found: string[] = []
  const visit = await opened(stage)
  await expectAll(stage, visit)
  const { delays } = await visit.heard()
  found.push(ms(delays) > AT_ONCE ? `an event took ${ms(delays)} ms` : 'events at once')
  await visit.join('orders')
  const { joined, messages } = await heard(visit, 'a topic', ({ joined, messages }) => joined.length || messages.length)
  const { openings } = await visit.heard()
  if (!joined.length) found.push(`no topics by POST (${messages.join(', ')})`)
  else found.push(openings.length > 1 ? 'the POST of topics is refused, and the client reconnects' : 'topics by POST')
  return found.join('; ')
}

const s = (time: number): string => `${time / 1000} s`

export const CHECKS: readonly Check[] = [
  { name: 'each of 5 events, one at a time', variant: 'documented', run: immediately },
  { name: '10,000 events, 200 at a time', variant: 'documented', run: manyEvents },
  { name: 'heartbeats', variant: 'documented', run: heartbeats },
  { name: 'the proxy compresses: 5 events', variant: 'gzip', run: compressed },
  { name: `idle timeout of ${s(SHORT_IDLE)}, below the heartbeat`, variant: 'short-idle', run: shortIdle },
  { name: `idle timeout of ${s(LONG_IDLE)}, above it`, variant: 'long-idle', run: longIdle },
  { name: 'the proxy is killed and starts again', variant: 'documented', run: restart },
  { name: 'the proxy reloads its configuration', variant: 'documented', run: reload },
  { name: 'a topic, by POST', variant: 'documented', run: topics },
  { name: 'the server is down, and comes back', variant: 'documented', run: serverDown },
  { name: 'the connection to the server breaks: the client notices', variant: 'documented', run: broken },
  { name: 'the client leaves: the server notices', variant: 'documented', run: leaving },
  { name: 'two connections to the server at most', variant: 'limited', run: limit },
  { name: 'eight streams of one page', variant: 'documented', suits: (isSecure) => isSecure, run: many },
  { name: 'the proxy holds back headers and events', variant: 'buffering', run: buffering },
  { name: 'the proxy holds back events', variant: 'headers-only', run: buffering },
  {
    name: '`headwater listen` says of it',
    variant: 'headers-only',
    suits: (isSecure) => !isSecure,
    run: command,
  },
  { name: 'nothing is set but the address', variant: 'bare', run: bare },
]
