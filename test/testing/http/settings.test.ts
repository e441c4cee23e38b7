import { describe, expect, it } from 'vitest'
import type { MockServerOptions } from '../../../testing/http/options.ts'
import { isUnder, resolveServerOptions } from '../../../testing/http/settings.ts'

/** As from JavaScript or a JSON file, past the types. */
const resolve = (options: unknown): unknown => resolveServerOptions(options as MockServerOptions)

it('fills in what is left out', () => {
  expect(resolveServerOptions({ port: undefined })).toEqual({
    script: [],
    replay: false,
    introduce: false,
    routes: {},
    port: 0,
    host: '127.0.0.1',
    cors: true,
    preamble: '\n',
    control: '/__mock',
    onActivity: expect.any(Function),
  })
})

it('takes what fits as it is', () => {
  const options = {
    script: [[{ drop: true }]],
    replay: true,
    introduce: true,
    routes: { '/': [], '/api/jobs': [{ end: true }] },
    port: 65535,
    host: '::',
    cors: false,
    preamble: '',
    control: false,
    onActivity: () => {},
  } as const
  expect(resolveServerOptions(options)).toEqual(options)
})

it.each<[options: unknown, said: string]>([
  [null, 'options expects an object, got null'],
  ['8080', 'options expects an object, got "8080"'],
  [
    { prot: 8080 },
    'there is no option prot; there are: script, replay, introduce, routes, port, host, cors, preamble, control, onActivity',
  ],
  [{ constructor: 1 }, expect.stringContaining('there is no option constructor')],
  [{ port: 70_000 }, 'port expects a whole number from 0 to 65535, got 70000'],
  [{ port: -1 }, 'port expects a whole number from 0 to 65535, got -1'],
  [{ port: 80.5 }, 'port expects a whole number from 0 to 65535, got 80.5'],
  [{ port: '8080' }, 'port expects a whole number from 0 to 65535, got "8080"'],
  [{ host: '' }, 'host expects a name or an address to listen on, got ""'],
  [{ host: true }, 'host expects a name or an address to listen on, got true'],
  [{ cors: 'yes' }, 'cors expects true or false, got "yes"'],
  [{ replay: 1 }, 'replay expects true or false, got 1'],
  [{ introduce: {} }, 'introduce expects true or false, got an object without fields'],
  [{ preamble: false }, 'preamble expects a string, got false'],
  [{ control: true }, "control expects a path like '/__mock', or false, got true"],
  [{ control: 'mock' }, 'control expects a path like \'/__mock\', or false, got "mock"'],
  [{ control: '/' }, 'control expects a path like \'/__mock\', or false, got "/"'],
  [{ control: '/mock/' }, 'control expects a path like \'/__mock\', or false, got "/mock/"'],
  [{ control: '/mock?a' }, 'control expects a path like \'/__mock\', or false, got "/mock?a"'],
  [{ onActivity: 'log' }, 'onActivity expects a function, got "log"'],
  [{ script: { drop: true } }, 'script expects a list of steps, or of such lists, got an object with drop'],
  [{ routes: [] }, 'routes expects { path: script }, got an empty list'],
  [{ routes: { 'api/jobs': [] } }, 'routes expects paths that begin with a slash and have no query, got "api/jobs"'],
  [{ routes: { '/api?a=1': [] } }, 'routes expects paths that begin with a slash and have no query, got "/api?a=1"'],
  [
    { routes: { '/__mock/jobs': [] } },
    "routes: /__mock/jobs is the control endpoint's; the option control takes another path",
  ],
])('refuses %o', (options, said) => {
  expect(() => resolve(options)).toThrow(expect.objectContaining({ name: 'TypeError', message: said }))
})

describe('a script with a wrong step', () => {
  const STEP = '{"sned":{}} is no step'

  it.each<[where: string, options: object]>([
    ['script, step 2: ', { script: [{ send: {} }, { sned: {} }] }],
    ['script, list 2, step 3: ', { script: [[], [{ send: {} }, { end: true }, { sned: {} }], [{ nor: 1 }]] }],
    ['routes["/a"], step 1: ', { routes: { '/': [], '/a': [{ sned: {} }] } }],
  ])('is told with its place: %s', (where, options) => {
    expect(() => resolve(options)).toThrow(expect.objectContaining({ message: expect.stringContaining(where + STEP) }))
  })

  // Where every beginning of the list is checked, this takes minutes.
  it('is told with its place in a list of fifty thousand', () => {
    const steps = Array.from({ length: 50_000 }, () => ({ end: true }))
    const script = [...steps.slice(1), { sned: {} }, ...steps]
    expect(() => resolve({ script })).toThrow(`script, step 50000: ${STEP}`)
  })

  it('may be one with a header that cannot be sent', () => {
    expect(() => resolve({ script: [[], [{ end: true }, { redirect: '/注' }]] })).toThrow(
      'script, list 2, step 2: the header "location" cannot be sent with "/注"',
    )
  })

  it('among lists is a list that is none', () => {
    expect(() => resolve({ script: [[], { send: {} }] })).toThrow('script, list 2: {"send":{}} is no list of steps')
  })

  it('is no list at all', () => {
    expect(() => resolve({ routes: { '/a': { send: {} } } })).toThrow('routes["/a"]: {"send":{}} is no script')
  })
})

it.each<[path: string, control: string | false, expected: boolean]>([
  ['/__mock', '/__mock', true],
  ['/__mock/do', '/__mock', true],
  ['/__mocked', '/__mock', false],
  ['/', '/__mock', false],
  ['/__mock', false, false],
  ['false/x', false, false],
])('%s belongs to the control endpoint at %s: %s', (path, control, expected) => {
  expect(isUnder(path, control)).toBe(expected)
})
