import { createHub, type HubOptions, memoryLog, memoryMailbox, memoryRelay } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { resolveHubOptions } from '../../../server/options/settings.ts'

describe('a wrong option is refused at once, by name, with what it wants', () => {
  it.each<[options: unknown, message: RegExp]>([
    [null, /^options expects an object, got object null$/],
    ['15s', /^options expects an object/],
    [
      { hartbeat: 5 },
      /^hartbeat is no option; there are authenticate, .*, onConnect, onDisconnect, onReplay, onPublish, onDeliver, onError$/,
    ],
    [{ constructor: 5 }, /^constructor is no option/],
    [{ authenticate: {} }, /^authenticate expects function/],
    [{ authorize: true }, /^authorize expects function/],
    [{ filter: true }, /^filter expects function/],
    [{ canPublish: true }, /^canPublish expects function/],
    [{ canReadAll: true }, /^canReadAll expects function/],
    [{ canReadStats: false }, /^canReadStats expects function/],
    [{ canReset: true }, /^canReset expects function/],
    [{ heartbeat: '15s' }, /^heartbeat expects number from 0\|false, got string 15s$/],
    [{ heartbeat: -1 }, /^heartbeat expects/],
    [{ heartbeat: true }, /^heartbeat expects/],
    [{ heartbeat: Number.NaN }, /^heartbeat expects/],
    [{ log: 100 }, /^log expects object/],
    [{ log: memoryLog }, /^log expects object/],
    [
      { log: {} },
      /^log expects an object like that of memoryLog\(\), with a function append, got an object without fields$/,
    ],
    [{ log: { ...memoryLog(), subscribe: undefined } }, /^log expects .* with a function subscribe, got/],
    [{ relay: { send() {} } }, /^relay expects .* with a function subscribe, got/],
    [{ log: { ...memoryLog(), relay: { subscribe() {} } } }, /^relay expects .* with a function send, got/],
    [{ limits: 100 }, /^limits expects object/],
    [{ limits: { clients: -1 } }, /^limits\.clients expects number from 0, got number -1$/],
    [{ limits: { perUser: '5' } }, /^limits\.perUser expects number from 0/],
    [{ limits: { perTopic: Number.NaN } }, /^limits\.perTopic expects number from 0/],
    [{ limits: { topics: false } }, /^limits\.topics expects number from 0/],
    [{ limits: { queueBytes: '1MB' } }, /^limits\.queueBytes expects number from 0/],
    [{ limits: { queueEvents: -1 } }, /^limits\.queueEvents expects number from 0/],
    [{ limits: { stall: false } }, /^limits\.stall expects number from 0/],
    [{ limits: { body: '16kb' } }, /^limits\.body expects number from 0/],
    [{ mailbox: 100 }, /^mailbox expects object/],
    [{ mailbox: { perUser: -1 } }, /^mailbox\.perUser expects number from 0, got number -1$/],
    [{ mailbox: { maxAge: '1d' } }, /^mailbox\.maxAge expects number from 0/],
    [{ mailbox: { store: true } }, /^mailbox\.store expects object/],
    [
      { mailbox: { store: {} } },
      /^mailbox\.store expects an object like that of memoryMailbox\(\), with a function add,/,
    ],
    [{ mailbox: { size: 5 } }, /^mailbox\.size is no option; there are perUser, maxAge, store$/],
    [{ limits: { client: 5 } }, /^limits\.client is no option; there are clients, perUser,/],
    [{ maxAge: false }, /^maxAge expects number from 0/],
    [
      { limits: { eventsPerSecond: 0 } },
      /^limits\.eventsPerSecond expects at least 1, or Infinity for no limit, got number 0/,
    ],
    [{ limits: { eventsPerSecond: 0.5 } }, /^limits\.eventsPerSecond expects at least 1/],
    [{ clientTimeout: -1 }, /^clientTimeout expects number from 0/],
    [{ retry: true }, /^retry expects number from 0\|false/],
    [{ compress: 'gzip' }, /^compress expects boolean, got string gzip$/],
    [{ retry: Infinity }, /^retry expects milliseconds, or false for none, got number Infinity$/],
    [{ origins: '*' }, /^origins expects a list: \['https:\/\/app.example'\], got string \*$/],
    [{ origins: { 0: 'https://app.example' } }, /^origins expects a list: \['https:\/\/app.example'\]/],
    [{ cors: true }, /^cors expects '\*', got boolean true$/],
    [{ cors: 'https://app.example' }, /^cors expects '\*'/],
    [{ cors: '*', origins: ['https://app.example'] }, /^cors: '\*' cannot be used together with origins/],
    [{ cors: '*', authenticate: () => ({}) }, /^cors: '\*' cannot be used together with authenticate/],
    [{ metrics: {} }, /^metrics expects function/],
    [{ limits: { postsPerSecond: '5' } }, /^limits\.postsPerSecond expects number from 0/],
    [{ limits: { postsPerSecond: -1 } }, /^limits\.postsPerSecond expects number from 0/],
    [{ paths: '/sse/:a' }, /^paths expects object/],
    [{ clock: Date.now }, /^clock expects object/],
    [{ onConnect: 'log' }, /^onConnect expects function/],
    [{ onDisconnect: {} }, /^onDisconnect expects function/],
    [{ onReplay: 1 }, /^onReplay expects function/],
    [{ schemas: new Map() }, /^schemas expects a plain object, \{ name: schema \}, got an object of class Map$/],
    [{ schemas: [] }, /^schemas expects a plain object/],
    [{ schemas: Object.create({ n: {} }) }, /^schemas expects a plain object/],
    [
      { schemas: { n: { parse() {} } } },
      /^schemas: n expects an object that is a Standard Schema, .*, got an object with parse$/,
    ],
    [{ schemas: { n: null } }, /^schemas: n expects an object that is a Standard Schema/],
    [{ schemas: 'zod' }, /^schemas expects object, got string zod$/],
    [{ replacer: ['id'] }, /^replacer expects function, got a list of 1 string$/],
    [{ onError: console }, /^onError expects function/],
  ])('%o', (options, message) => {
    expect(() => createHub(options as HubOptions)).toThrow(
      expect.objectContaining({ name: 'SSEError', code: 'options', message: expect.stringMatching(message) }),
    )
  })

  it.each([
    '*',
    'app.example',
    'https://app.example/',
    'https://app.example/path',
    'https://APP.example',
    'https://app.example:443',
    'https://*.app.example',
    'https://*',
    'file:///tmp',
    '',
    7,
    null,
  ])('the origin %j, which no browser sends', (origin) => {
    expect(() => resolveHubOptions({ origins: ['https://app.example', origin as string] })).toThrow(
      expect.objectContaining({
        code: 'options',
        message: expect.stringMatching(
          /^origins expects each as a browser sends it: 'https:\/\/app.example', no path, no \*/,
        ),
      }),
    )
  })
})

it.each([
  ['https://app.example'],
  ['https://app.example:8443'],
  ['http://localhost:5173'],
  ['http://[::1]:8080'],
  ['null'],
])('the origin %s is good', (origin) => {
  expect(resolveHubOptions({ origins: [origin] }).origins).toEqual([origin])
})

it('the defaults are those of the documentation', () => {
  const settings = resolveHubOptions({})
  expect(settings).toMatchObject({
    heartbeat: 15_000,
    maxAge: 600_000,
    clientTimeout: 120_000,
    retry: 0,
    origins: [],
    paths: {},
    limits: {
      clients: 10_000,
      perUser: 20,
      perTopic: Infinity,
      topics: 100,
      queueBytes: 1_048_576,
      queueEvents: 1000,
      stall: 30_000,
      eventsPerSecond: Infinity,
      body: 16_384,
    },
    log: { head: 0, first: 1 },
  })
  const request = new Request('http://hub.test')
  const { authenticate, authorize, canPublish, canReadAll, canReadStats, canReset } = settings
  const answers = [
    authenticate(request),
    authorize({}, '*'),
    canPublish({}, { event: 'x' }),
    canReadAll({}),
    canReadStats({}),
    canReset({}),
  ]
  expect(answers).toEqual([{}, true, false, false, true, false])
  for (const name of ['filter', 'onConnect', 'onDisconnect', 'onReplay', 'onError'] as const)
    expect(settings[name]).toBeUndefined()
  expect(Math.abs(settings.clock.now() - Date.now())).toBeLessThan(10_000)
})

it.each<[heartbeat: HubOptions['heartbeat'], settled: number]>([
  [undefined, 15_000],
  [5000, 5000],
  [false, 0],
  [0, 0],
  [Infinity, 0],
])('the heartbeat %s is one after %i ms, 0 being none', (heartbeat, settled) => {
  expect(resolveHubOptions({ heartbeat }).heartbeat).toBe(settled)
})

it.each<[retry: HubOptions['retry'], settled: number]>([
  [undefined, 0],
  [false, 0],
  [0, 0],
  [2000, 2000],
])('the retry %s is %i', (retry, settled) => {
  expect(resolveHubOptions({ retry }).retry).toBe(settled)
})

it.each([
  [undefined, 120_000],
  [5000, 5000],
  [0, Infinity],
  [Infinity, Infinity],
])('a client of which clientTimeout is %s may not prove to be there for %d ms', (clientTimeout, settled) => {
  expect(resolveHubOptions({ clientTimeout }).clientTimeout).toBe(settled)
})

it.each<[maxAge: HubOptions['maxAge'], settled: number]>([
  [undefined, 600_000],
  [1000, 1000],
  [0, Infinity],
  [Infinity, Infinity],
])('the age %s is one of %d ms', (maxAge, settled) => {
  expect(resolveHubOptions({ maxAge }).maxAge).toBe(settled)
})

it('undefined, and in JavaScript null, is the same as nothing', () => {
  const options = Object.fromEntries(Object.keys(resolveHubOptions({})).map((name) => [name, undefined]))
  const settings = resolveHubOptions({ ...options, limits: { clients: undefined, perUser: null as never } })
  expect(settings).toMatchObject({ heartbeat: 15_000, limits: { clients: 10_000, perUser: 20 } })
})

it('options that are given are taken', () => {
  const given = {
    authenticate: () => null,
    filter: () => true,
    log: memoryLog(),
    clock: createClock(),
    maxAge: Infinity,
    paths: { '/a': 'a' },
    onError() {},
  }
  const settings = resolveHubOptions({ ...given, limits: { clients: 0, stall: Infinity } })
  for (const [name, value] of Object.entries(given)) expect(settings[name as keyof typeof given]).toBe(value)
  expect(settings.limits).toMatchObject({ clients: 0, stall: Infinity, perUser: 20 })
})

it('every hub has a log of its own', () => {
  expect(resolveHubOptions({}).log.epoch).not.toBe(resolveHubOptions({}).log.epoch)
})

it('has the relay of its log, unless another is given', () => {
  const [own, other] = [memoryRelay(), memoryRelay()]
  const log = { ...memoryLog(), relay: own }
  expect(resolveHubOptions({}).relay).toBeUndefined()
  expect(resolveHubOptions({ log }).relay).toBe(own)
  expect(resolveHubOptions({ log, relay: other }).relay).toBe(other)
})

it('keeps mail where the log does, unless it is told where', () => {
  const [own, other] = [memoryMailbox(), memoryMailbox()]
  const log = { ...memoryLog(), mailbox: own }
  expect(resolveHubOptions({ log }).mailbox).toEqual({ perUser: 1000, maxAge: 30 * 86_400_000, store: own })
  expect(resolveHubOptions({ log, mailbox: { store: other } }).mailbox.store).toBe(other)
  expect(resolveHubOptions({ mailbox: { maxAge: 0 } }).mailbox.maxAge).toBe(Infinity)
})
