import type { Check } from './check.ts'
import { expectAll, expectThat, heard, heardBy, opened, type Stage, streams } from './stage.ts'

/*
 * The client in each engine: streams and requests.
 */

async function events(stage: Stage): Promise<string> {
  const tab = await opened(stage)
  for (let batch = 0; batch < 10; batch++) {
    await stage.server.publish(1000)
    await expectAll(stage, tab)
  }
  const { states } = await heardBy(tab)
  expectThat(states.join() === 'connecting,open', `the stream broke: ${states.join(', ')}`)
  return 'all, once and in order'
}

/** Breaks the connection, and publishes what the client has to be sent again. */
async function cutOnce(stage: Stage, query: Readonly<Record<string, string>>): Promise<string> {
  const tab = await opened(stage, query)
  await stage.server.publish(3)
  await expectAll(stage, tab)
  stage.server.traffic.cut()
  await stage.server.publish(5)
  const { states, openings } = await expectAll(stage, tab)
  expectThat(openings.join() === 'false,true', `not resumed: ${openings.join()}`)
  const lost = states.find((state) => state.startsWith('waiting')) ?? ''
  const [, second] = stage.server.traffic.asked.filter(({ method }) => method === 'GET')
  const place = second?.idInHeader ? 'in the header' : second?.idInUrl ? 'in the URL' : undefined
  expectThat(place !== undefined, 'the request had no last event id')
  return `${lost.replace('waiting ', '')}, resumes with the id ${place}, nothing lost`
}

async function otherOrigin(stage: Stage): Promise<string> {
  const { origin } = new URL(stage.server.elsewhere)
  const seen = await cutOnce(stage, { other: origin.replace('127.0.0.1', 'localhost') })
  const preflights = stage.server.traffic.asked.filter(({ method }) => method === 'OPTIONS').length
  expectThat(preflights === 0, `${preflights} preflights`)
  return `${seen}, no preflight`
}

async function silence(stage: Stage): Promise<string> {
  const tab = await opened(stage)
  await stage.server.publish(3)
  await expectAll(stage, tab)
  const at = Date.now()
  stage.server.traffic.silence()
  await stage.server.publish(5)
  await heard(tab, 'a second opening', ({ openings }) => openings.length > 1)
  const took = Date.now() - at
  const { openings } = await expectAll(stage, tab)
  expectThat(openings.join() === 'false,true', `not resumed: ${openings.join()}`)
  return `reconnects after ${(took / 1000).toFixed(1)} s, nothing lost`
}

async function unavailable(stage: Stage): Promise<string> {
  const tab = await opened(stage)
  await stage.server.publish(3)
  await expectAll(stage, tab)
  stage.server.refuse(2)
  stage.server.traffic.cut()
  await heard(tab, 'a refusal', ({ states }) => states.includes('waiting http 503'))
  const at = Date.now()
  stage.server.refuse(undefined)
  await stage.server.publish(5)
  await expectAll(stage, tab)
  const took = Date.now() - at
  expectThat(took > 1500, `came back after ${took} ms`)
  return `waits, nothing lost`
}

async function credentials(stage: Stage): Promise<string> {
  const tab = await opened(stage, { token: '' })
  await stage.server.publish(3)
  const { states } = await expectAll(stage, tab)
  const gets = stage.server.traffic.gets
  expectThat(gets === 2, `${gets} requests (${states.join(', ')})`)
  return 'asks once, and opens'
}

async function topics(stage: Stage): Promise<string> {
  const tab = await opened(stage)
  await tab.evaluate(() => window.check.join('orders'))
  await stage.server.publish(1, 'orders')
  await stage.server.publish(1, 'others')
  await stage.server.publish(1, 'orders')
  const { ofTopic, openings } = await heard(tab, 'the events of the topic', ({ ofTopic }) => ofTopic.includes(3))
  expectThat(ofTopic.join() === '1,3', `heard ${ofTopic.join()}`)
  return openings.length === 1 ? 'joins without a reconnect' : 'joins by a reconnect'
}

async function compressed(stage: Stage): Promise<string> {
  const tab = await opened(stage)
  for (let n = 0; n < 5; n++) {
    await stage.server.publish()
    // The next event is published only when this one has come.
    await expectAll(stage, tab)
  }
  const { coding } = await heardBy(tab)
  expectThat(coding !== '', 'the stream is not compressed')
  return `${coding}, each at once`
}

async function request(stage: Stage): Promise<string> {
  const tab = await stage.open({ idle: '' })
  const all = await tab.evaluate(() => window.check.ask('a question', 10))
  const expected = [1, 2, 3, 4, 5].map((n) => ({ n, body: 'a question' }))
  expectThat(JSON.stringify(all) === JSON.stringify(expected), `got ${JSON.stringify(all)}`)
  const two = await tab.evaluate(() => window.check.ask('for ever', 2))
  expectThat(two.length === 2, `got ${two.length}`)
  await streams(stage, 0)
  return 'reads to the end; leaving the loop ends the request'
}

const BURST = 300

async function burst(stage: Stage): Promise<string> {
  const tab = await stage.open({ idle: '' })
  const { most, inOrder } = await tab.evaluate((count) => window.check.burst(count), BURST)
  expectThat(inOrder, 'not in order')
  // 10 ms of them are right, and some more where clocks are coarse.
  expectThat(most <= 15, `${most} events between two turns of the page`)
  return `${most} events between two turns of the page, at most`
}

async function ids(stage: Stage): Promise<string> {
  const tab = await stage.open({ idle: '' })
  await tab.evaluate(() => window.check.ids('header'))
  const inHeader = stage.server.traffic.asked.find(({ idInHeader }) => idInHeader)?.idInHeader ?? ''
  await tab.evaluate(() => window.check.ids('query'))
  const inUrl = stage.server.traffic.asked.find(({ idInUrl }) => idInUrl)?.idInUrl
  expectThat(inUrl === 'é日', `in the URL: ${inUrl}`)
  // Node shows a header byte by byte.
  const read = (bytes: string): string => Buffer.from(bytes, 'latin1').toString()
  const once = read(inHeader)
  if (once === 'é日') return 'as it is, in the header and in the URL'
  expectThat(read(once) === 'é日', `in the header: ${once}`)
  return 'as it is in the URL, encoded twice in the header'
}

async function nativeBreak(stage: Stage): Promise<string> {
  return cutOnce(stage, { native: '' })
}

const readToken = (request: Request): boolean => request.headers.get('authorization') === 'Bearer fresh'

export const CORE: readonly Check[] = [
  { name: '10,000 events, 1,000 at a time', run: events },
  { name: 'the connection breaks', run: (stage) => cutOnce(stage, {}) },
  { name: 'the connection breaks: native EventSource', run: nativeBreak },
  { name: 'the connection breaks: a stream of another origin', options: { cors: '*' }, run: otherOrigin },
  { name: 'the connection is silent, with a heartbeat of 1 s', run: silence },
  { name: 'status 503 with `Retry-After: 2`', run: unavailable },
  {
    name: 'status 401, and a fresh token',
    options: { authenticate: (request) => readToken(request) && { userId: 'ada' } },
    run: credentials,
  },
  { name: 'a topic, by POST', run: topics },
  { name: 'a compressed stream: 5 events', options: { compress: true }, run: compressed },
  { name: '`requestEvents()`, by POST', run: request },
  { name: `${BURST} events at once, with a handler of 1 ms`, run: burst },
  { name: 'an id outside ASCII comes back', run: ids },
]
