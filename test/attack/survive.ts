import { createHubClient, hub } from '../../src/hub/index.ts'
import { type Clock, type ConnectionState, createSSE, eventSourceTransport, type SSEOptions } from '../../src/index.ts'
import type { Case } from './case.ts'
import { joinAll, sendAll, sendLast } from './hub-calls.ts'
import { createPage, type Page } from './moods.ts'
import { readResponses } from './responses.ts'
import type { Seen } from './server.ts'
import { createFastClock, openCase, overCase, type Site, SPEED, sleep } from './site.ts'
import { type Client, HONEST, isPromised, type Survivor, textOf } from './terms.ts'

/*
 * One client against one case. It must get the honest events in the end, or say why not and get them after `connect()`.
 */

/** Honest attempts may fail on a busy machine. */
const SPARE = 20
/** A wait that is longer than that is cut short, in milliseconds of the client's clock. */
const PATIENCE = 2000

/** What was heard, and what is wrong with it. */
interface Log {
  readonly events: string[]
  readonly named: string[]
  readonly complaints: string[]
}

/** The options of a case. Times are those of the fast clock. */
function optionsOf({ headers, maxEventSize, commit }: Case, page: Page | undefined, log: Log): SSEOptions {
  return {
    retry: { initial: 30, max: 100 },
    connectTimeout: 5000,
    linger: 100,
    ...(headers && { headers }),
    ...(maxEventSize !== undefined && { maxEventSize }),
    ...page?.options(commit ?? false),
    onState: (state) => {
      check(state, log)
      return page?.mood('onState') as undefined
    },
  }
}

function check(state: ConnectionState, { complaints }: Log): void {
  const { status } = state
  if (status === 'waiting' && !isPromised(state.error)) complaints.push(`waits because of ${state.error}`)
  if (status === 'waiting' && !Number.isFinite(state.until)) complaints.push(`waits until ${state.until}`)
  if (status === 'closed' && state.error && !isPromised(state.error))
    complaints.push(`closed because of ${state.error}`)
}

/** Makes the client that a case is about. */
function createClient({ kind }: Case, url: Parameters<typeof createSSE>[0], options: SSEOptions): Client {
  if (kind === 'hub') return createHubClient(url, { ...options, topics: ['always'] })
  if (kind === 'layer') return createSSE(url, { ...options, server: hub() })
  // Node's own EventSource is an experiment.
  const isNative = kind === 'native' && 'document' in globalThis
  return createSSE(url, { ...options, ...(isNative && { transport: eventSourceTransport() }) })
}

function listen(client: Client, { kind, names = [] }: Case, log: Log, page: Page | undefined): void {
  const heard = ['mark', 'honest', ...names]
  const hear = (data: unknown, { type }: { readonly type: string }): unknown => {
    if (heard.includes(type)) log.events.push(`${type} ${data}`)
    return page?.mood('handler')
  }
  // The platform's own hears only what it knows the name of.
  if (kind === 'native') for (const name of heard) client.subscribe(name, hear)
  else client.subscribe('*', hear)
  for (const name of names) client.subscribe(name, (data) => void log.named.push(`${name} ${data}`))
}

/** Helps a client that will not go on by itself, as an application may. @returns Whether it did. */
function help(client: Client, clock: Clock): boolean {
  const state = client.state.get()
  if (state.status === 'waiting' && state.until - clock.now() < PATIENCE) return false
  if (/open|connecting|idle/.test(state.status)) return false
  if (state.status === 'waiting') client.reconnect()
  else client.connect()
  return true
}

/** Waits for the last honest event. @returns How often the client needed help. */
async function recover(site: Site, client: Client, clock: Clock, attack: Case, log: Log, page?: Page): Promise<number> {
  let helps = 0
  const breaks = site.breaks()
  for (const end = performance.now() + site.limit; !log.events.includes('honest 3'); await sleep(2)) {
    if (page?.isClosed()) return helps
    helps += Number(help(client, clock))
    const most = attack.answers.length + (attack.moods?.length ?? 0) + SPARE
    if (helps > most) throw Error(`needs connect() more than ${most} times: ${describe(client.state.get())}`)
    if (site.breaks() > breaks) throw Error('the platform has failed')
    if (performance.now() > end) throw Error(`no honest event: ${describe(client.state.get())}, heard ${log.events}`)
  }
  return helps
}

const describe = (state: ConnectionState): string =>
  'error' in state && state.error ? `${state.status}, ${state.error.code}: ${state.error.message}` : state.status

const plain = Object.getOwnPropertyNames(Object.prototype).join()

/** Checks what holds at the end of each case. */
function judge(
  { wants = [], names = [], cursor, pace = 0, answers, commit, ...more }: Case,
  log: Log,
  seen: Seen,
  helps: number,
): void {
  const expected = [...wants, ...HONEST].join()
  const events = commit ? [...new Set(log.events)] : log.events
  if (events.join() !== expected) throw Error(`heard ${events}, wanted ${expected}`)
  const named = events.filter((event) => names.some((name) => event.startsWith(`${name} `)))
  if (named.join() !== log.named.join()) throw Error(`heard by name ${log.named}, wanted ${named}`)
  if (cursor !== undefined && seen.cursors[1] !== cursor)
    throw Error(`resumed after ${JSON.stringify(seen.cursors[1])}, wanted ${JSON.stringify(cursor)}`)
  const most = answers.length + helps + SPARE + (more.moods?.length ?? 0) + (more.joins ?? 0) * 2
  if (seen.gets > most) throw Error(`${seen.gets} requests where ${most} are many`)
  const least = pace * (seen.gets - 1 - helps)
  if (seen.took * SPEED < least) throw Error(`${seen.gets} requests in ${seen.took * SPEED} ms, where ${least} are few`)
}

function judgeEnd(log: Log, seen: Seen): void {
  if (log.complaints.length) throw Error(log.complaints.join(', '))
  if (seen.leaks.length) throw Error(`at another origin: ${seen.leaks}`)
  if (seen.open) throw Error(`${seen.open} sockets are open after close()`)
  if (plain !== Object.getOwnPropertyNames(Object.prototype).join()) throw Error('Object.prototype has changed')
}

/**
 * @throws An Error that says what does not hold.
 */
export async function survive(site: Site, attack: Case): Promise<Survivor> {
  if (attack.kind === 'request') return readResponses(site, attack)
  const id = await openCase(site, attack)
  const url = `${site.origin}/case/${id}`
  const log: Log = { events: [], named: [], complaints: [] }
  const page = attack.moods && createPage(attack.moods, url)
  const clock = createFastClock()
  const options = { clock, ...optionsOf(attack, page, log) }
  const client = createClient(attack, page?.url ?? url, options)
  page?.control(client)
  let helps = 0
  try {
    listen(client, attack, log, page)
    const sent = sendAll(site, client, attack, log.complaints)
    helps = await recover(site, client, clock, attack, log, page)
    await sent
    await sendLast(site, client, attack, log.complaints)
    await joinAll(site, client, attack, log.complaints)
  } catch (error) {
    client.close()
    throw error
  }
  return {
    async close() {
      client.close()
      const count = log.events.length
      const state = client.state.get()
      const seen = await overCase(site, id)
      if (state.status !== 'closed' || state.error) throw Error(`after close(): ${describe(state)}`)
      if (log.events.length > count) throw Error('a handler is called after close()')
      // What the page closed itself has not heard everything.
      if (!page?.isClosed()) judge(attack, log, seen, helps)
      judgeEnd(log, seen)
      const errors = site.errors()
      if (errors.length) throw Error(`not caught: ${errors.map(textOf)}`)
    },
  }
}
