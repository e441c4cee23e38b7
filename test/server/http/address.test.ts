import { describe, expect, it } from 'vitest'
import { createPaths, lastSegment, readStreamRequest } from '../../../server/http/address.ts'

const address = (path: string): URL => new URL(`http://hub.test${path}`)
const ask = (path: string, headers: Record<string, string> = {}) =>
  readStreamRequest(address(path), new Headers(headers), 100)

const refusal = (status: number, code: string, message: string): unknown =>
  expect.objectContaining({ name: 'Refusal', status, code, message })

describe('the address of a stream', () => {
  it('need not say anything', () => {
    expect(ask('/events')).toMatchObject({ requested: '', topics: [], native: false, denials: { named: [], more: 0 } })
  })

  it.each<[query: string, header: string | undefined, requested: string]>([
    ['?lastEventId=a', undefined, 'a'],
    ['?last_event_id=a', undefined, 'a'],
    ['?Last-Event-ID=a', undefined, 'a'],
    ['?last-event-id=a', undefined, 'a'],
    ['?evs_last_event_id=a', undefined, 'a'],
    ['?lasteventid=a', undefined, ''],
    ['?lastEventId=', undefined, ''],
    ['?lastEventId=&last_event_id=b', undefined, 'b'],
    ['?last_event_id=b&lastEventId=a', undefined, 'a'],
    ['?lastEventId=a%20%26b', undefined, 'a &b'],
    ['?lastEventId=a', 'h', 'h'],
    ['?lastEventId=a', '', 'a'],
    ['', 'h', 'h'],
  ])('%s with the header %s asks for what comes after %j', (query, header, requested) => {
    const headers = header === undefined ? {} : { 'Last-Event-ID': header }
    expect(ask(`/events${query}`, headers).requested).toBe(requested)
  })

  it.each<[query: string, topics: string[]]>([
    ['?topics=', []],
    ['?topics=a', ['a']],
    ['?topics=a,b.*,*', ['a', 'b.*', '*']],
    ['?topics=a&topics=b,c', ['a', 'b', 'c']],
    ['?topics=,a,,b,', ['a', 'b']],
    ['?topics=a,b,a', ['a', 'b']],
    ['?topics=a%2Cb', ['a', 'b']],
    ['?topic=a', []],
    ['?topics=pr%C3%BCfung', ['prüfung']],
    ['?topics=pru%CC%88fung,prüfung', ['prüfung']],
    ['?topics=%FF', []],
  ])('%s asks for the topics %j', (query, topics) => {
    expect(ask(`/events${query}`).topics).toEqual(topics)
  })

  it('loses a name that no topic can have, and names it', () => {
    const { topics, denials } = ask('/events?topics=a,b%20c,d')
    expect(topics).toEqual(['a', 'd'])
    expect(denials.named).toMatchObject([{ topic: 'b c', code: 'invalid' }])
  })

  it.each([
    ['?heartbeat=event', true],
    ['?heartbeat=comment', false],
    ['?heartbeat=Event', false],
    ['?heartbeat', false],
  ])('%s says that comments are not heard: %j', (query, native) => {
    expect(ask(`/events${query}`).native).toBe(native)
  })
})

describe('the last part of a path', () => {
  it.each([
    ['/', ''],
    ['/events', 'events'],
    ['/events/stats', 'stats'],
    ['/events/stats/', 'stats'],
    ['/events/stats///', 'stats'],
    ['/api/v1/events/reset?x=/health', 'reset'],
    ['/events/health#/x', 'health'],
    ['/stats/events', 'events'],
  ])('is, for %s, %j', (path, last) => {
    expect(lastSegment(address(path))).toBe(last)
  })
})

describe('an address that stands for a topic', () => {
  const topicOf = createPaths({
    '/sse/:stream/:channel': ':stream.:channel',
    '/jobs': 'jobs.all',
    '/v1.0/(a+b)/:id': 'v:id',
    '/twice/:a': ':a.:a',
    '/turned/:a/:b_2': ':b_2/:a',
  })

  it.each<[path: string, topic: string | undefined]>([
    ['/sse/orders/eu', 'orders.eu'],
    ['/sse/orders/eu/', 'orders.eu'],
    ['/sse/orders/eu?topics=a', 'orders.eu'],
    ['/sse/a%2Fb/c%3Ad', 'a/b.c:d'],
    ['/sse/orders', undefined],
    ['/sse/orders/', undefined],
    ['/sse//eu', undefined],
    ['/sse/orders/eu/north', undefined],
    ['/api/sse/orders/eu', undefined],
    ['/SSE/orders/eu', undefined],
    ['/sse/pr%C3%BCfung/pru%CC%88fung', 'prüfung.prüfung'],
    ['/jobs', 'jobs.all'],
    ['/jobs/', 'jobs.all'],
    ['/jobsx', undefined],
    ['/v1.0/(a+b)/7', 'v7'],
    ['/v1x0/(a+b)/7', undefined],
    ['/v1.0/aab/7', undefined],
    ['/twice/x', 'x.x'],
    ['/turned/x/y', 'y/x'],
    ['/', undefined],
  ])('%s: %s', (path, topic) => {
    expect(topicOf(address(path))).toBe(topic)
  })

  it.each(['/sse/orders/*', '/sse/a%20b/c', '/sse/orders/%0A', '/sse/%E0%A4%A/c', `/sse/${'a'.repeat(200)}/b`])(
    'refuses an address that cannot be a topic: %s',
    (path) => {
      expect(() => topicOf(address(path))).toThrow(
        refusal(
          404,
          'path',
          `${path} stands for no topic: letters, marks and numbers of any script and . _ : / -, at most 200 characters`,
        ),
      )
    },
  )

  it.each<[template: string, path: string, topic: string | undefined]>([
    ['/feed/:a-:b', '/feed/x-y', 'x/y'],
    ['/feed/:a-:b', '/feed/x-y-z', 'x-y/z'],
    ['/feed/:a-:b', '/feed/x--y', 'x-/y'],
    ['/feed/:a-:b', '/feed/---', '-/-'],
    ['/feed/:a-:b', '/feed/x-y-/', 'x/y-'],
    ['/feed/:a-:b', '/feed/x-', undefined],
    ['/feed/:a-:b', '/feed/-y', undefined],
    ['/feed/:a-:b', '/feed/xy', undefined],
    ['/feed/:a-:b', '/feed/x-y/z', undefined],
    ['/feed/:a:b', '/feed/xyz', 'xy/z'],
    ['/feed/:a:b', '/feed/x', undefined],
    ['/feed/pre:a--:b.end', '/feed/prex--y--z.end', 'x--y/z'],
    ['/feed/pre:a--:b.end', '/feed/pre--z.end', undefined],
    ['/feed/pre:a--:b.end', '/feed/prex--.end', undefined],
    ['/feed/pre:a--:b.end', '/feed/prex--z.en', undefined],
    ['/feed/:a/', '/feed/x', undefined],
    ['/feed/:a/', '/feed/x/', 'x'],
    ['/feed/:a/', '/feed/x//', 'x'],
    ['/feed/:a/', '/feed/x///', undefined],
  ])('has parts that are as long as can be, the first one first: %s of %s', (template, path, topic) => {
    const topicOf = createPaths({ [template]: template.includes(':b') ? ':a/:b' : ':a' })
    expect(topicOf(address(path))).toBe(topic)
  })

  // A regular expression with three parts in a segment would take years.
  it('may be of any length, with any number of parts in a segment', () => {
    const topicOf = createPaths({ '/feed/:a-:b-:c': ':a.:b.:c', '/feed/:d:e:f-x': ':d.:e.:f' })
    const tooLong = expect.objectContaining({
      status: 404,
      code: 'path',
      message: expect.stringMatching(/^a part of the path is too long: /),
    })
    expect(() => topicOf(address(`/feed/${'a-'.repeat(50_000)}/x`))).toThrow(tooLong)
    expect(() => topicOf(address(`/feed/${'-'.repeat(100_000)}/x`))).toThrow(tooLong)
    expect(() => topicOf(address(`/feed/${'a'.repeat(100_000)}`))).toThrow(tooLong)
    expect(() => topicOf(address(`/feed/${'a-'.repeat(50_000)}`))).toThrow(tooLong)
    expect(() => topicOf(address(`/feed/${'%41'.repeat(50_000)}`))).toThrow(tooLong)
    expect(topicOf(address('/'.repeat(100_000)))).toBeUndefined()
  })

  it('has parts of at most 200 characters, however they are encoded', () => {
    const topicOf = createPaths({ '/feed/:a': ':a' })
    expect(topicOf(address(`/feed/${'a'.repeat(200)}`))).toBe('a'.repeat(200))
    expect(topicOf(address(`/feed/${encodeURIComponent('語'.repeat(200))}`))).toBe('語'.repeat(200))
    for (const part of ['a'.repeat(201), encodeURIComponent('語'.repeat(201)), `${'%41'.repeat(200)}%4`])
      expect(() => topicOf(address(`/feed/${part}`))).toThrow(expect.objectContaining({ status: 404, code: 'path' }))
  })

  it('leaves an address of any length alone where no paths are named', () => {
    expect(createPaths({})(address(`/events/${'a'.repeat(100_000)}`))).toBeUndefined()
  })

  it('is the first that fits', () => {
    const first = createPaths({ '/a/:x': 'first.:x', '/a/b': 'second' })
    expect(first(address('/a/b'))).toBe('first.b')
  })

  it('is none where none is named', () => {
    expect(createPaths({})(address('/sse/a/b'))).toBeUndefined()
  })

  it.each([
    [{ '/sse/:stream': ':stream.:channel' }, /^paths expects \/sse\/:stream to have :channel, as its topic has/],
    [{ '/sse/:a': ':A' }, /^paths expects \/sse\/:a to have :A/],
    [{ '/sse/stream': ':stream' }, /^paths expects \/sse\/stream to have :stream/],
    [{ 'sse/:stream': ':stream' }, /^paths expects each path to begin with '\/', got string sse\/:stream$/],
  ])('%j is refused at once', (paths, message) => {
    expect(() => createPaths(paths as Record<string, string>)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(message) }),
    )
  })
})
