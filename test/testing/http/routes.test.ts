import type { MockConnection, MockRequest, Script } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createRoutes } from '../../../testing/http/routes.ts'
import { settle } from '../../../testing/platform/settle.ts'

/** Mocks by path, and requests to them whose answers are kept as text. */
function setup(routes: Record<string, Script> = { '/orders': [], '/jobs': [] }, script: Script = []) {
  const made = createRoutes<Record<string, unknown>>({ script, routes })
  const gone: (() => void)[] = []

  function ask(path: string): { text: string; status: number } {
    const answer = { text: '', status: 0 }
    const request: MockRequest = {
      method: 'GET',
      url: path,
      path,
      query: {},
      headers: {},
      lastEventId: '',
      body: '',
      at: 1,
    }
    gone.push(
      made.answer(request, {
        head: (status) => {
          answer.status = status
        },
        write: (chunk) => {
          answer.text += new TextDecoder().decode(chunk)
        },
        end: () => {},
        destroy: () => {},
        wait: () => Promise.resolve(),
        settle: () => Promise.resolve(),
      }),
    )
    return answer
  }
  return { ...made, ask, gone }
}

const pathsOf = (connections: readonly MockConnection[]): string[] => connections.map(({ request }) => request.path)

describe('a route', () => {
  it('has its script to itself, and all other paths share one', async () => {
    const { ask, mock } = setup(
      { '/orders': [{ send: { data: 'o' } }, { end: true }], '/jobs': [[{ refuse: { status: 503 } }]] },
      [{ send: { data: 'other' } }, { end: true }],
    )
    const answers = ['/orders', '/jobs', '/jobs', '/', '/orders', '/orders/1'].map(ask)
    await settle()
    expect(pathsOf(mock.connections)).toEqual(['/jobs'])
    expect(answers).toEqual([
      { status: 200, text: 'data: "o"\n\n' },
      { status: 503, text: '' },
      { status: 200, text: '' },
      { status: 200, text: 'data: "other"\n\n' },
      { status: 200, text: 'data: "o"\n\n' },
      { status: 200, text: 'data: "other"\n\n' },
    ])
  })

  it('is told by itself what to do', async () => {
    const { ask, route } = setup()
    const [orders, jobs, other] = ['/orders', '/jobs', '/'].map(ask)
    await route('/jobs').sendText('x', '1')
    expect([orders?.text, jobs?.text, other?.text]).toEqual(['', 'event: x\ndata: 1\n\n', ''])
    expect(pathsOf(route('/jobs').connections)).toEqual(['/jobs'])
    expect(route('/jobs').requests).toHaveLength(1)
  })

  it('takes a script at any time, which no other path gets', async () => {
    const { ask, route, mock } = setup()
    route('/jobs').refuse(503)
    mock.refuse(502)
    const answers = ['/orders', '/', '/jobs'].map(ask)
    await settle()
    expect(answers.map(({ status }) => status)).toEqual([200, 502, 503])
  })

  it('is found however its path is written', () => {
    const { ask, route } = setup({ '/aufträge': [] })
    ask('/auftr%C3%A4ge')
    expect(route('/aufträge').requests).toEqual(route('/auftr%C3%A4ge').requests)
    expect(route('/aufträge').requests).toHaveLength(1)
  })

  it.each<[routes: string[], said: string]>([
    [['/orders', '/jobs'], 'there is no route /job; there are: /orders, /jobs'],
    [[], 'there is no route /job; there are: none: the option routes names them'],
  ])('throws for a route that is not among %j', (paths, said) => {
    const { route } = setup(Object.fromEntries(paths.map((path) => [path, []])))
    expect(() => route('/job')).toThrow(said)
  })
})

describe('all of them together', () => {
  it('are told what to do, each stream once', async () => {
    const { ask, mock } = setup()
    const answers = ['/orders', '/jobs', '/'].map(ask)
    await mock.send('tick', { n: 1 })
    await mock.sendText('text', 'a')
    await mock.comment('c')
    await mock.retry(5)
    await mock.raw('a', 'b')
    for (const { text } of answers)
      expect(text).toBe('event: tick\ndata: {"n":1}\n\nevent: text\ndata: a\n\n: c\n\nretry: 5\n\nab')
  })

  it('introduce themselves, tell of gaps and say goodbye', async () => {
    const { ask, mock } = setup()
    const answers = ['/orders', '/'].map(ask)
    await mock.introduce({ clientId: 'c' })
    await mock.gap()
    await mock.goodbye(5)
    for (const { text } of answers)
      expect(text.match(/^event: \w+/gm)).toEqual(['event: connected', 'event: gap', 'event: goodbye'])
  })

  it.each(['end', 'drop'] as const)('are over after %s()', async (how) => {
    const { ask, mock } = setup()
    for (const path of ['/orders', '/jobs', '/']) ask(path)
    await mock[how]()
    await mock.closed()
    expect(mock.connections).toEqual([])
  })

  it('send nothing any more after stall()', async () => {
    const { ask, mock } = setup()
    const answers = ['/orders', '/'].map(ask)
    await mock.stall()
    await mock.raw('a')
    expect(answers.map(({ text }) => text)).toEqual(['', ''])
    expect(mock.connections).toHaveLength(2)
  })

  it('list requests and streams in the order in which they came', () => {
    const { ask, mock, gone } = setup()
    const paths = ['/jobs', '/', '/orders', '/jobs']
    for (const path of paths) ask(path)
    expect(mock.requests.map(({ path }) => path)).toEqual(paths)
    expect(pathsOf(mock.connections)).toEqual(paths)
    gone[0]?.()
    expect(pathsOf(mock.connections)).toEqual(['/', '/orders', '/jobs'])
  })

  it('wait for the oldest stream, or for the first to be', async () => {
    const { ask, mock } = setup()
    const first = mock.connected()
    ask('/jobs')
    ask('/')
    expect((await first).request.path).toBe('/jobs')
    expect((await mock.connected()).request.path).toBe('/jobs')
  })

  it('are closed when none has a stream any more, those that were opened meanwhile included', async () => {
    const { ask, mock, gone } = setup()
    await mock.closed()
    ask('/')
    ask('/jobs')
    let over = false
    const closed = mock.closed().then(() => {
      over = true
    })
    gone[0]?.()
    await settle()
    ask('/')
    gone[1]?.()
    await settle()
    expect(pathsOf(mock.connections)).toEqual(['/'])
    expect(over).toBe(false)
    gone[2]?.()
    await closed
  })

  it('forget everything on reset(), but not which routes there are', async () => {
    const { ask, mock, route } = setup({ '/jobs': [{ refuse: { status: 503 } }] }, [{ refuse: { status: 502 } }])
    const { requests } = mock
    const before = ['/jobs', '/'].map(ask)
    await settle()
    mock.reset()
    expect(requests).toEqual([])
    expect(route('/jobs').requests).toEqual([])
    const after = ['/jobs', '/'].map(ask)
    await settle()
    expect([...before, ...after].map(({ status }) => status)).toEqual([503, 502, 200, 200])
    mock.reset()
    await mock.closed()
    expect(mock.connections).toEqual([])
    expect(mock.requests).toBe(requests)
  })
})

it('calls back after each request, until it is not to any more', () => {
  const { ask, watch, mock } = setup()
  const counts: number[] = []
  const stop = watch(() => counts.push(mock.requests.length))
  ask('/')
  ask('/jobs')
  stop()
  ask('/')
  expect(counts).toEqual([1, 2])
})
