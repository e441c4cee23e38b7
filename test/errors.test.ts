import { runInNewContext } from 'node:vm'
import { createSSE, isSSEError, SSEError, type SSEErrorCode, type SSEOptions } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { guarded, report } from '../src/errors.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.resetModules()
})

describe('an SSEError', () => {
  it('is an Error with a name, a code and a message', () => {
    const error = new SSEError('network', 'no answer')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'SSEError', code: 'network', message: 'no answer' })
    expect(`${error}`).toBe('SSEError: no answer')
    expect(error.stack).toContain('errors.test')
  })

  it('keeps what caused it, and the facts that came with it', () => {
    const cause = new TypeError('Failed to fetch')
    expect(new SSEError('http', '', { cause, status: 503, retryAfter: 2000 })).toMatchObject({
      cause,
      status: 503,
      retryAfter: 2000,
    })
  })

  it('has no facts that nobody gave', () => {
    const error = new SSEError('network', '')
    expect(['cause' in error, 'status' in error, 'retryAfter' in error]).toEqual([false, false, false])
  })
})

describe('isSSEError()', () => {
  it('knows an error of its own', () => {
    expect(isSSEError(new SSEError('network', ''))).toBe(true)
  })

  it('knows an error from a second copy of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/errors.ts')
    const error = new copy.SSEError('http', '')
    expect(error).not.toBeInstanceOf(SSEError)
    expect(isSSEError(error)).toBe(true)
    expect(copy.isSSEError(new SSEError('http', ''))).toBe(true)
  })

  it('knows an error from another realm', () => {
    const error: unknown = runInNewContext("Object.assign(new Error(''), { name: 'SSEError', code: 'network' })")
    expect(error).not.toBeInstanceOf(Error)
    expect(isSSEError(error)).toBe(true)
  })

  it.each([
    undefined,
    null,
    'SSEError',
    0,
    {},
    { name: 'SSEError' },
    { code: 'network' },
    new Error('network'),
    Object.assign(new Error(''), { code: 'ECONNRESET' }),
    new DOMException('', 'AbortError'),
    () => {},
  ])('takes nothing else for one: %o', (value) => {
    expect(isSSEError(value)).toBe(false)
  })
})

/** What happened last to a client that is asked to fail. */
async function failure(options: SSEOptions, ...script: Step[][]): Promise<SSEError> {
  const clock = createClock()
  const stream = createMockStream({ clock, script })
  using sse = createSSE('https://api.test/events?token=secret', { fetch: stream.fetch, clock, ...options })
  const errors: SSEError[] = []
  sse.state.subscribe((state) => 'error' in state && state.error && errors.push(state.error))
  sse.connect()
  await clock.advance(20_000)
  const [error] = errors
  if (!error) throw new Error('nothing failed')
  return error
}

describe('every failure says what happened and to which URL, without its query', () => {
  const PATH = 'https://api.test/events: '
  it.each<[code: SSEErrorCode, message: string, options: SSEOptions, script: Step[]]>([
    ['network', 'TypeError: network error', {}, [{ drop: true }]],
    ['network', 'the stream ended', {}, [{ end: true }]],
    ['http', 'status 503', {}, [{ refuse: { status: 503 } }]],
    [
      'content-type',
      'content type text/html instead of text/event-stream',
      {},
      [{ open: { headers: { 'content-type': 'text/html' } } }],
    ],
    [
      'timeout',
      'no headers in 5000 ms (HTTP/1.1 allows six connections to an origin)',
      { connectTimeout: 5000 },
      [{ open: { delay: 60_000 } }],
    ],
    ['stalled', 'silent for 7000 ms', { heartbeat: 7000 }, []],
    ['unauthorized', 'status 401; onUnauthorized may sign in again', {}, [{ refuse: { status: 401 } }]],
    [
      'unauthorized',
      'Error: no session',
      { onUnauthorized: () => Promise.reject(new Error('no session')) },
      [{ refuse: { status: 401 } }],
    ],
    [
      'gave-up',
      'status 503; failure 1 was one too many, connect() starts again',
      { retry: { attempts: 0 } },
      [{ refuse: { status: 503 } }],
    ],
  ])('%s: %s', async (code, message, options, script) => {
    const error = await failure(options, script)
    expect(error).toMatchObject({ name: 'SSEError', code, message: PATH + message })
    expect(isSSEError(error)).toBe(true)
  })

  it('whatever the platform quotes', async () => {
    const cause = new TypeError('no URL with credentials: https://me:secret@api.test/events?token=secret#secret')
    const { message } = await failure({ fetch: () => Promise.reject(cause) })
    expect(message).toBe(`${PATH}TypeError: no URL with credentials: https://api.test/events`)
  })

  it('and keeps what caused it', async () => {
    const cause = new TypeError('Failed to fetch')
    expect((await failure({ fetch: () => Promise.reject(cause) })).cause).toBe(cause)
    expect((await failure({ retry: { attempts: 0 } }, [{ refuse: { status: 503 } }])).cause).toMatchObject({
      code: 'http',
      status: 503,
    })
    const session = new Error('no session')
    expect(
      (await failure({ onUnauthorized: () => Promise.reject(session) }, [{ refuse: { status: 401 } }])).cause,
    ).toBe(session)
  })
})

describe('report()', () => {
  it("hands an error to the platform's reportError", () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const error = new Error('oops')
    report(error)
    expect(reportError.mock.calls).toEqual([[error]])
  })

  it('writes to the console where there is none', () => {
    vi.stubGlobal('reportError', undefined)
    const log = vi.spyOn(console, 'error').mockReturnValue()
    report('oops')
    expect(log.mock.calls).toEqual([['oops']])
  })
})

describe('guarded()', () => {
  it('calls with all arguments, and reports what is thrown instead of throwing it', () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const callback = vi.fn()
    guarded(callback, 1, 'a')
    expect(callback.mock.calls).toEqual([[1, 'a']])
    expect(reportError).not.toHaveBeenCalled()
    const error = new Error('oops')
    guarded(() => {
      throw error
    })
    expect(reportError.mock.calls).toEqual([[error]])
  })
})
