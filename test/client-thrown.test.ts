import { createSSE, type Observer, type SSEOptions, type SSEUrl, schemas } from 'headwater'
import { keepCursor } from 'headwater/resume'
import { describe, expect, it, vi } from 'vitest'
import { bench, hubBench } from './support/client.ts'
import { WITHOUT_TEXT, watchRejections } from './support/thrown.ts'

/*
 * Anything can be thrown, such as a value that no template takes. It has the effect of any other.
 */

const URL = 'http://localhost/events'

/** Two callbacks that fail with a value: one throws it, the other rejects with it. */
const failing = (cause: unknown): [how: string, callback: () => never][] => [
  [
    'throws',
    () => {
      throw cause
    },
  ],
  ['rejects with', () => Promise.reject(cause) as never],
]

/** One row for each value and each way to fail. */
const FAILURES = WITHOUT_TEXT.flatMap(([name, cause]) =>
  failing(cause).map(([how, fail]) => [how, name, cause, fail] as const),
)

describe.each<[what: string, make: (fail: () => never) => SSEOptions, url?: (fail: () => never) => SSEUrl]>([
  ['url', () => ({}), (fail) => fail],
  ['headers', (headers) => ({ headers })],
  ['body', (body) => ({ method: 'POST', body })],
  ['fetch', (fetch) => ({ fetch })],
])('the option %s', (_, make, url) => {
  it.each(FAILURES)('is tried again when it %s %s', async (_how, _name, cause, fail) => {
    const settled = watchRejections()
    const { sse, clock } = bench(make(fail), {}, url?.(fail))
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'network' } })
    expect((sse.state.get() as { error: Error }).error.cause).toBe(cause)
    await clock.advance(10_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 5 })
    await settled()
  })
})

describe('the option onUnauthorized', () => {
  it.each(FAILURES)('closes the client when it %s %s', async (_how, _name, cause, onUnauthorized) => {
    const settled = watchRejections()
    const { sse, clock } = bench({ onUnauthorized }, { script: [[{ refuse: { status: 401 } }]] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized', status: 401 } })
    expect((sse.state.get() as { error: Error }).error.cause).toBe(cause)
    await settled()
  })
})

describe('the option retry', () => {
  it.each(WITHOUT_TEXT)('closes the client when it throws %s', async (_, cause) => {
    const settled = watchRejections()
    const retry = (): never => {
      throw cause
    }
    const { sse, clock } = bench({ retry }, { script: [[{ drop: true }]] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'gave-up' } })
    expect((sse.state.get() as { error: Error }).error.cause).toBe(cause)
    await settled()
  })
})

describe('the option transport', () => {
  it.each(WITHOUT_TEXT)('is tried again when it throws %s', async (_, cause) => {
    const settled = watchRejections()
    const connect = (): never => {
      throw cause
    }
    const { sse, clock } = bench({ transport: { connect } })
    sse.connect()
    await clock.advance(10_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 5, error: { code: 'network' } })
    await settled()
  })
})

describe('the options that make a payload', () => {
  const OPTIONS: [what: string, (fail: () => never) => SSEOptions][] = [
    ['parse', (parse) => ({ parse })],
    ['type', (type) => ({ type })],
    ['schemas', (validate) => ({ parse: schemas({ a: { '~standard': { version: 1, vendor: 'test', validate } } }) })],
  ]
  const rows = OPTIONS.flatMap(([what, make]) =>
    WITHOUT_TEXT.map(([name, cause]) => [what, name, cause, make(failing(cause)[0]?.[1] as () => never)] as const),
  )

  it.each(rows)('report what they throw, and the stream goes on: %s, %s', async (_, _name, cause, options) => {
    const settled = watchRejections()
    const reportError = vi.spyOn(console, 'error').mockReturnValue()
    const { sse, stream, clock, statuses } = bench(options)
    sse.subscribe('a', () => {})
    await clock.settle()
    stream.send('a', 1)
    await clock.settle()
    expect(reportError).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringMatching(/^event a: /) }))
    const [[reported] = []] = reportError.mock.calls
    expect(reported.cause).toBe(cause)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    reportError.mockRestore()
    await settled()
  })
})

describe('a callback that only listens', () => {
  const NAMES = ['onState', 'onOpen', 'onEvent'] as const satisfies readonly (keyof Observer)[]
  const rows = FAILURES.flatMap(([how, name, cause, fail]) => [
    ...NAMES.map((what) => [what, how, name, cause, { [what]: fail } as SSEOptions, () => {}] as const),
    ['a handler', how, name, cause, {}, fail] as const,
    ['keepCursor', how, name, cause, { resume: keepCursor({ load: fail, save: fail }) }, () => {}] as const,
  ])

  it.each(rows)('stops nothing: %s %s %s', async (_, _how, _name, cause, options, handler) => {
    const settled = watchRejections()
    // As Node's, which looks into an error.
    const reportError = vi.spyOn(console, 'error').mockImplementation((error) => void `${error.message}`)
    const { sse, stream, clock, statuses } = bench(options)
    sse.subscribe('a', handler)
    await clock.settle()
    stream.send('a', 1, { id: '7' })
    await clock.settle()
    expect(reportError).toHaveBeenCalledWith(cause)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    reportError.mockRestore()
    await settled()
  })
})

describe('an option with a value that has no text', () => {
  it.each(WITHOUT_TEXT)('is an SSEError that names it: %s', (_, value) => {
    const expected = expect.objectContaining({ code: 'options', message: expect.stringMatching(/^linger: expected /) })
    expect(() => createSSE(URL, { linger: value as number })).toThrow(expected)
  })

  it.each(WITHOUT_TEXT)('is an SSEError if it is the URL: %s', async (_, url) => {
    expect(() => createSSE(url as string)).toThrow(expect.objectContaining({ code: 'options' }))
    const { sse, clock } = bench({}, {}, () => url as string)
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'options' } })
  })
})

describe('send()', () => {
  it.each(FAILURES)('rejects with `network` when headers() %s %s', async (_how, _name, cause, headers) => {
    const settled = watchRejections()
    const { sse } = hubBench({ headers })
    const error = await sse.send('a', 1).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'SSEError', code: 'network' })
    expect((error as Error).cause).toBe(cause)
    await settled()
  })
})
