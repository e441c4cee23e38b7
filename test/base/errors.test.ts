import { runInNewContext } from 'node:vm'
import { createSSE, isSSEError, SSEError, type SSEErrorCode, type SSEOptions } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { callSafely, isThenable, report, requestError } from '../../src/base/errors.ts'
import { WITHOUT_TEXT } from '../support/thrown.ts'

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
    expect(new SSEError('http', '', { cause, status: 503, retryAfter: 2000, body: 'busy' })).toMatchObject({
      cause,
      status: 503,
      retryAfter: 2000,
      body: 'busy',
    })
  })

  it('has no facts that nobody gave', () => {
    const error = new SSEError('network', '')
    expect(['cause', 'status', 'retryAfter', 'body'].filter((name) => name in error)).toEqual([])
  })
})

describe('isSSEError()', () => {
  it('knows an error of its own', () => {
    expect(isSSEError(new SSEError('network', ''))).toBe(true)
  })

  it('knows an error of a second copy of the package', async () => {
    vi.resetModules()
    const copy = await import('../../src/base/errors.ts')
    const error = new copy.SSEError('http', '')
    expect(error).not.toBeInstanceOf(SSEError)
    expect(isSSEError(error)).toBe(true)
    expect(copy.isSSEError(new SSEError('http', ''))).toBe(true)
  })

  it('knows an error of another realm', () => {
    const error: unknown = runInNewContext("Object.assign(new Error(''), { name: 'SSEError', code: 'network' })")
    expect(error).not.toBeInstanceOf(Error)
    expect(isSSEError(error)).toBe(true)
    expect(isSSEError(Object.assign(Object.create(null), { name: 'SSEError', code: 'network' }))).toBe(true)
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

/** What happened first to a client that is asked to fail. */
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

describe('the error of a client', () => {
  const PATH = 'https://api.test/events: '
  const HTML: Step[] = [{ open: { headers: { 'content-type': 'text/html' } } }, { raw: '<h1>' }]
  it.each<[code: SSEErrorCode, message: string, options: SSEOptions, script: Step[]]>([
    ['network', `${PATH}TypeError: network error`, {}, [{ drop: true }]],
    ['network', `${PATH}stream ended`, {}, [{ end: true }]],
    ['http', `${PATH}status 503, type text/plain`, {}, [{ refuse: { status: 503 } }]],
    ['content-type', `${PATH}status 200, type text/html`, {}, HTML],
    ['timeout', `${PATH}no answer in 5000 ms`, { connectTimeout: 5000 }, [{ open: { delay: 60_000 } }]],
    ['timeout', 'request: no answer in 5000 ms', { connectTimeout: 5000, headers: hang }, []],
    ['timeout', 'request: no answer in 15000 ms', { onUnauthorized: hang }, [{ refuse: { status: 401 } }]],
    ['stalled', `${PATH}no heartbeat`, { heartbeat: 7000 }, []],
    ['unauthorized', `${PATH}status 401, type text/plain`, {}, [{ refuse: { status: 401 } }]],
    [
      'unauthorized',
      'onUnauthorized: Error: no session',
      { onUnauthorized: () => Promise.reject(new Error('no session')) },
      [{ refuse: { status: 401 } }],
    ],
    ['gave-up', `${PATH}status 503, type text/plain`, { retry: { attempts: 0 } }, [{ refuse: { status: 503 } }]],
    ['gave-up', `${PATH}status 503, type text/plain`, { retry: () => null }, [{ refuse: { status: 503 } }]],
    ['gave-up', `${PATH}retry(): Error: oops`, { retry: fail }, [{ refuse: { status: 503 } }]],
  ])('says what happened, and to which URL without its query: %s: %s', async (code, message, options, script) => {
    const error = await failure(options, script)
    expect(error).toMatchObject({ name: 'SSEError', code, message })
    expect(isSSEError(error)).toBe(true)
  })

  function hang(): Promise<never> {
    return new Promise(() => {})
  }
  function fail(): never {
    throw new Error('oops')
  }

  it('has no secret of a URL in its message, whatever the platform quotes', async () => {
    const cause = new TypeError('no URL with credentials: https://me:secret@api.test/events?token=secret#secret')
    const { message } = await failure({ fetch: () => Promise.reject(cause) })
    expect(message).toBe(`${PATH}TypeError: no URL with credentials: https://api.test/events`)
  })

  it('has the beginning of the body of a response that was refused', async () => {
    const body = `{"error":"${'x'.repeat(2000)}"}`
    expect((await failure({}, [{ refuse: { status: 503, body } }])).body).toBe(body.slice(0, 1024))
    expect((await failure({}, HTML)).body).toBe('<h1>')
    expect(await failure({}, [{ drop: true }])).not.toHaveProperty('body')
  })

  it('keeps what caused it', async () => {
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

  it('is short though a server sends a content type of 120 000 characters', async () => {
    for (const character of ['/', '?', '#', '@', '//@', '//h']) {
      const type = character.repeat(120_000 / character.length)
      const { code, message } = await failure({}, [{ open: { headers: { 'content-type': type } } }, { raw: 'x' }])
      expect(code).toBe('content-type')
      expect(message.length).toBeLessThanOrEqual(300)
    }
  })
})

describe('requestError()', () => {
  const message = (url: string, text = 'status 403'): string => requestError(url, 'http', text).message

  it.each([
    ['https://a.test/events', 'https://a.test/events: status 403'],
    ['https://a.test/events?', 'https://a.test/events?: status 403'],
    ['https://a.test/events?token=secret', 'https://a.test/events: status 403'],
    ['https://a.test/events?a=b:secret', 'https://a.test/events: status 403'],
    ['https://a.test/events?a=https://me:secret@b.test/?secret', 'https://a.test/events: status 403'],
    ['https://a.test/events#secret', 'https://a.test/events: status 403'],
    ['https://a.test/events?secret#secret', 'https://a.test/events: status 403'],
    ['https://me:secret@a.test/events', 'https://a.test/events: status 403'],
    ['https://secret@a.test:8443/events?secret', 'https://a.test:8443/events: status 403'],
    ['https://me:sec@ret@a.test/@events', 'https://a.test/@events: status 403'],
    ['', ': status 403'],
  ])('shows of %s: %s', (url, expected) => {
    expect(message(url)).toBe(expected)
  })

  it('shows no secret of any other URL in the message', () => {
    expect(message('https://a.test/e', 'moved to https://b.test/?secret and //me:secret@c.test/ and /d#secret.')).toBe(
      'https://a.test/e: moved to https://b.test/ and //c.test/ and /d',
    )
  })

  it('is cut to 300 characters', () => {
    expect(message('https://a.test/events', 'x'.repeat(1000))).toBe(`https://a.test/events: ${'x'.repeat(277)}`)
  })

  it.each([
    `https://${'secret'.repeat(100)}@a.test/`,
    `https://me:${'secret'.repeat(100)}@a.test/`,
    `https://a.test/?${'secret'.repeat(100)}`,
    `https://a.test/${'e'.repeat(270)}?token=secret`,
    `https://a.test/${'e'.repeat(270)}//me:secret-secret-secret@b.test`,
  ])('shows no secret that the cut goes through: %s', (url) => {
    expect(message(url)).not.toContain('secret')
  })

  it.each(WITHOUT_TEXT)('takes a message that is %s', (_, value) => {
    expect(requestError('/e', 'network', value).message).toMatch(/^\/e: (Symbol\(oops\)|object)$/)
  })

  it('has the code and the details', () => {
    const cause = new Error('why')
    expect(requestError('/e', 'http', '', { status: 403, cause })).toMatchObject({ code: 'http', status: 403, cause })
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

  it('never throws: it writes what the console throws for an error that it cannot read', () => {
    vi.stubGlobal('reportError', undefined)
    const why = new Error('no message')
    const unreadable = new Error('')
    const log = vi.spyOn(console, 'error').mockImplementation((error) => {
      if (error === unreadable) throw why
    })
    report(unreadable)
    expect(log.mock.calls).toEqual([[unreadable], [why]])
  })
})

/** An object with a `then`, which promises of libraries have. */
const thenable = (then: unknown): object => Object.defineProperty({}, 'then', { value: then })

describe('isThenable()', () => {
  it.each<[value: unknown, expected: boolean]>([
    [Promise.resolve(), true],
    [thenable(() => {}), true],
    [Object.defineProperty(() => {}, 'then', { value() {} }), true],
    [runInNewContext('Promise.resolve()'), true],
    [runInNewContext('({ then() {} })'), true],
    [thenable(true), false],
    [undefined, false],
    [null, false],
    [0, false],
    ['then', false],
    [{}, false],
    [() => {}, false],
  ])('says of %o: %j', (value, expected) => {
    expect(isThenable(value)).toBe(expected)
  })
})

describe('callSafely()', () => {
  function reported() {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    return reportError.mock.calls
  }

  it('calls with all arguments, and reports what is thrown instead of throwing it', () => {
    const calls = reported()
    const callback = vi.fn()
    callSafely(callback, 1, 'a')
    expect(callback.mock.calls).toEqual([[1, 'a']])
    expect(calls).toEqual([])
    const error = new Error('oops')
    callSafely(() => {
      throw error
    })
    expect(calls).toEqual([[error]])
  })

  it.each<[string, () => unknown]>([
    ['a promise', () => Promise.reject('oops')],
    ['a promise of another realm', () => runInNewContext("Promise.reject('oops')")],
    ['a promise of a library', () => thenable((_: unknown, fail: (error: string) => void) => fail('oops'))],
  ])('reports what %s is rejected with', async (_, callback) => {
    const calls = reported()
    callSafely(callback)
    await new Promise((resolve) => setTimeout(resolve))
    expect(calls).toEqual([['oops']])
  })

  it('reports nothing of a promise that is fulfilled', async () => {
    const calls = reported()
    callSafely(async () => 'fine')
    await new Promise((resolve) => setTimeout(resolve))
    expect(calls).toEqual([])
  })
})
