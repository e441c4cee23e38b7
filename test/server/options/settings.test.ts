import { createHub, type HubOptions, memoryLog, memoryMailbox, memoryRelay } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { resolveHubOptions } from '../../../server/options/settings.ts'

describe('a wrong option is refused at once, by name, with what it wants', () => {
  it.each<[options: unknown, message: RegExp]>([
    [null, /^options wants an object, got object null$/],
    ['15s', /^options wants an object/],
    [
      { hartbeat: 5 },
      /^hartbeat is no option; there are authenticate, .*, onConnect, onDisconnect, onReplay, onPublish, onDeliver, onError$/,
    ],
    [{ constructor: 5 }, /^constructor is no option/],
    [{ authenticate: {} }, /^authenticate wants function/],
    [{ authorize: true }, /^authorize wants function/],
    [{ filter: true }, /^filter wants function/],
    [{ canPublish: true }, /^canPublish wants function/],
    [{ canReadAll: true }, /^canReadAll wants function/],
    [{ canReadStats: false }, /^canReadStats wants function/],
    [{ canReset: true }, /^canReset wants function/],
    [{ heartbeat: '15s' }, /^heartbeat wants number from 0\|false, got string 15s$/],
    [{ heartbeat: -1 }, /^heartbeat wants/],
    [{ heartbeat: true }, /^heartbeat wants/],
    [{ heartbeat: Number.NaN }, /^heartbeat wants/],
    [{ log: 100 }, /^log wants object/],
    [{ log: memoryLog }, /^log wants object/],
    [
      { log: {} },
      /^log wants an object like that of memoryLog\(\), with a function append, got an object without fields$/,
    ],
    [{ log: { ...memoryLog(), subscribe: undefined } }, /^log wants .* with a function subscribe, got/],
    [{ relay: { send() {} } }, /^relay wants .* with a function subscribe, got/],
    [{ log: { ...memoryLog(), relay: { subscribe() {} } } }, /^relay wants .* with a function send, got/],
    [{ limits: 100 }, /^limits wants object/],
    [{ limits: { clients: -1 } }, /^limits\.clients wants number from 0, got number -1$/],
    [{ limits: { perUser: '5' } }, /^limits\.perUser wants number from 0/],
    [{ limits: { perTopic: Number.NaN } }, /^limits\.perTopic wants number from 0/],
    [{ limits: { topics: false } }, /^limits\.topics wants number from 0/],
    [{ limits: { queueBytes: '1MB' } }, /^limits\.queueBytes wants number from 0/],
    [{ limits: { queueEvents: -1 } }, /^limits\.queueEvents wants number from 0/],
    [{ limits: { stall: false } }, /^limits\.stall wants number from 0/],
    [{ limits: { body: '16kb' } }, /^limits\.body wants number from 0/],
    [{ mailbox: 100 }, /^mailbox wants object/],
    [{ mailbox: { perUser: -1 } }, /^mailbox\.perUser wants number from 0, got number -1$/],
    [{ mailbox: { maxAge: '1d' } }, /^mailbox\.maxAge wants number from 0/],
    [{ mailbox: { store: true } }, /^mailbox\.store wants object/],
    [
      { mailbox: { store: {} } },
      /^mailbox\.store wants an object like that of memoryMailbox\(\), with a function add,/,
    ],
    [{ mailbox: { size: 5 } }, /^mailbox\.size is no option; there are perUser, maxAge, store$/],
    [{ limits: { client: 5 } }, /^limits\.client is no option; there are clients, perUser,/],
    [{ maxAge: false }, /^maxAge wants number from 0/],
    [
      { limits: { eventsPerSecond: 0 } },
      /^limits\.eventsPerSecond wants at least 1, or Infinity for no limit, got number 0/,
    ],
    [{ limits: { eventsPerSecond: 0.5 } }, /^limits\.eventsPerSecond wants at least 1/],
    [{ clientTimeout: -1 }, /^clientTimeout wants number from 0/],
    [{ retry: true }, /^retry wants number from 0\|false/],
    [{ compress: 'gzip' }, /^compress wants boolean, got string gzip$/],
    [{ retry: Infinity }, /^retry wants milliseconds, or false for none, got number Infinity$/],
    [{ origins: '*' }, /^origins wants a list: \['https:\/\/app.example'\], got string \*$/],
    [{ origins: { 0: 'https://app.example' } }, /^origins wants a list: \['https:\/\/app.example'\]/],
    [{ cors: true }, /^cors wants '\*', got boolean true$/],
    [{ cors: 'https://app.example' }, /^cors wants '\*'/],
    [{ cors: '*', origins: ['https://app.example'] }, /^cors: '\*' cannot be used together with origins/],
    [{ cors: '*', authenticate: () => ({}) }, /^cors: '\*' cannot be used together with authenticate/],
    [{ metrics: {} }, /^metrics wants function/],
    [{ limits: { postsPerSecond: '5' } }, /^limits\.postsPerSecond wants number from 0/],
    [{ limits: { postsPerSecond: -1 } }, /^limits\.postsPerSecond wants number from 0/],
    [{ paths: '/sse/:a' }, /^paths wants object/],
    [{ clock: Date.now }, /^clock wants object/],
    [{ onConnect: 'log' }, /^onConnect wants function/],
    [{ onDisconnect: {} }, /^onDisconnect wants function/],
    [{ onReplay: 1 }, /^onReplay wants function/],
    [{ schemas: new Map() }, /^schemas wants a plain object, \{ name: schema \}, got an object of class Map$/],
    [{ schemas: [] }, /^schemas wants a plain object/],
    [{ schemas: Object.create({ n: {} }) }, /^schemas wants a plain object/],
    [
      { schemas: { n: { parse() {} } } },
      /^schemas: n wants an object that is a Standard Schema, .*, got an object with parse$/,
    ],
    [{ schemas: { n: null } }, /^schemas: n wants an object that is a Standard Schema/],
    [{ schemas: 'zod' }, /^schemas wants object, got string zod$/],
    [{ replacer: ['id'] }, /^replacer wants function, got a list of 1 string$/],
    [{ onError: console }, /^onError wants function/],
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
          /^origins wants each as a browser sends it: 'https:\/\/app.example', no path, no \*/,
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
