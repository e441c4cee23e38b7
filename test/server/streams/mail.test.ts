import { createHub, type Hub, type HubOptions, type Mailbox, memoryLog, memoryMailbox } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lateLog } from '../../support/event-log.ts'

/** One block of a stream. */
interface Block {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: unknown
}

interface Visit {
  readonly blocks: Block[]
  /** The id that the client would come back with. */
  cursor(): string
  /** The data of the events that are not the protocol's. */
  news(): unknown[]
  named(event: string): Block[]
  leave(): Promise<void>
}

const read = (block: string): Block => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
  return { id: field('id'), event: field('event'), data: JSON.parse(field('data') ?? 'null') }
}

/** Opens a stream as `user`, and reads it until it has nothing more to say. */
async function visit(hub: Hub, user: string, cursor = '', until = 'live'): Promise<Visit> {
  const aborter = new AbortController()
  const response = await hub.fetch(
    new Request(`http://a/?lastEventId=${cursor}`, { headers: { 'x-user': user }, signal: aborter.signal }),
  )
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const blocks: Block[] = []
  let text = ''
  async function pump(): Promise<boolean> {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
    text += new TextDecoder().decode(value)
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    blocks.push(...parts.map(read))
    return !done
  }
  while (!blocks.some(({ event }) => event === until)) await pump()
  void (async () => {
    while (await pump());
  })()
  return {
    blocks,
    cursor: () => blocks.filter(({ id }) => id !== undefined).at(-1)?.id ?? '',
    named: (event) => blocks.filter((block) => block.event === event),
    news: () => blocks.filter(({ event }) => event === 'n').map(({ data }) => data),
    async leave() {
      aborter.abort()
      await turn()
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

function setup(options: HubOptions = {}) {
  const errors: unknown[] = []
  const clock = createClock()
  const hub = createHub({
    clock,
    heartbeat: false,
    authenticate: (request) => ({ userId: request.headers.get('x-user') ?? '' }),
    onError: (error, where) => errors.push([where, (error as Error).message]),
    ...options,
  })
  onTestFinished(() => hub.close())
  const mail = (n: number, userId = 'ada') => hub.toUser(userId, 'n', n, { persistent: true })
  return { hub, mail, errors, clock }
}

describe('mail that waits for the filter', () => {
  it('waits no longer than its client is there', async () => {
    const asked: unknown[] = []
    const { hub, mail, clock } = setup({
      filter: (_, { data }) => {
        asked.push(data)
        return new Promise(() => {})
      },
    })
    for (const n of [1, 2]) await mail(n)
    const { leave } = await visit(hub, 'ada', '', 'connected')
    await expect.poll(() => asked).toEqual([1])
    await leave()
    await turn()
    expect(asked).toEqual([1])
    expect(hub.stats().mailbox).toMatchObject({ kept: 2, sent: 0, acknowledged: 0 })
    // The hub's own round ends with it.
    await hub.close()
    expect(clock.timers).toBe(0)
  })
})

describe('mail for a user who was away', () => {
  it('comes ahead of `live` to a client without a cursor, in order, and is acknowledged when the client is back', async () => {
    const { hub, mail } = setup()
    for (const n of [1, 2, 3]) await mail(n)
    await hub.broadcast('n', 'for all')
    const first = await visit(hub, 'ada')
    expect(first.blocks.map(({ event }) => event)).toEqual(['connected', 'n', 'n', 'n', 'live'])
    expect(first.news()).toEqual([1, 2, 3])
    expect(first.named('connected')[0]?.data).toMatchObject({ recovered: false })
    expect(hub.stats().mailbox).toEqual({ kept: 3, sent: 3, acknowledged: 0, dropped: 0 })
    await first.leave()
    const second = await visit(hub, 'ada', first.cursor())
    expect(second.news()).toEqual([])
    expect(second.named('connected')[0]?.data).toMatchObject({ recovered: true })
    await second.leave()
    expect((await visit(hub, 'ada')).news()).toEqual([])
    expect(hub.stats().mailbox).toEqual({ kept: 3, sent: 3, acknowledged: 3, dropped: 0 })
  })

  it('comes to every device until one of them has acknowledged it', async () => {
    const { hub, mail } = setup()
    await mail(1)
    const phone = await visit(hub, 'ada')
    const desk = await visit(hub, 'ada')
    expect([phone.news(), desk.news()]).toEqual([[1], [1]])
    await visit(hub, 'ada', phone.cursor())
    expect((await visit(hub, 'ada')).news()).toEqual([])
  })

  it('goes on behind the last mail that the client has, when it broke off in between', async () => {
    const { hub, mail } = setup()
    for (const n of [1, 2, 3]) await mail(n)
    await hub.broadcast('n', 'before')
    const first = await visit(hub, 'ada')
    await first.leave()
    await hub.broadcast('n', 'after')
    const [, one, two] = first.blocks
    const afterTwo = await visit(hub, 'ada', two?.id)
    expect(afterTwo.news()).toEqual([3, 'after'])
    expect(afterTwo.named('connected')[0]?.data).toMatchObject({ recovered: true })
    // What was acknowledged is: another client gets only the rest.
    expect((await visit(hub, 'ada', one?.id)).news()).toEqual([3, 'after'])
    expect(hub.stats().mailbox).toMatchObject({ acknowledged: 2 })
  })

  it('is all still to come to a client that broke off at once', async () => {
    const { hub, mail } = setup()
    for (const n of [1, 2]) await mail(n)
    const first = await visit(hub, 'ada')
    const connected = first.blocks[0]?.id ?? ''
    await first.leave()
    expect((await visit(hub, 'ada', connected)).news()).toEqual([1, 2])
  })

  it('comes once to a client that resumes: with the events of the log, in their order', async () => {
    const { hub, mail } = setup()
    const first = await visit(hub, 'ada')
    await first.leave()
    await hub.broadcast('n', 'a')
    await mail(1)
    await hub.broadcast('n', 'b')
    const second = await visit(hub, 'ada', first.cursor())
    expect(second.news()).toEqual(['a', 1, 'b'])
    await second.leave()
    expect((await visit(hub, 'ada', second.cursor())).news()).toEqual([])
    expect((await visit(hub, 'ada')).news()).toEqual([])
  })

  it('comes after a gap that is told first, to a client whose cursor the log has lost', async () => {
    const { hub, mail } = setup({ log: memoryLog({ size: 2 }) })
    const first = await visit(hub, 'ada')
    await first.leave()
    await mail(1)
    for (const n of ['a', 'b', 'c']) await hub.broadcast('n', n)
    const second = await visit(hub, 'ada', first.cursor())
    expect(second.blocks.map(({ event }) => event)).toEqual(['connected', 'gap', 'n', 'live'])
    expect(second.news()).toEqual([1])
    await second.leave()
    expect((await visit(hub, 'ada', second.cursor())).news()).toEqual([])
    expect((await visit(hub, 'ada')).news()).toEqual([])
  })

  it('comes after a reset of the log, also to a client that had it then: that is the one repeat', async () => {
    const { hub, mail } = setup()
    await mail(1)
    await hub.reset()
    await mail(2)
    const first = await visit(hub, 'ada')
    expect(first.news()).toEqual([1, 2])
    await first.leave()
    await visit(hub, 'ada', first.cursor())
    expect((await visit(hub, 'ada')).news()).toEqual([])
  })
})

describe('mail for a user who is there', () => {
  it('comes as any event, and is kept until the client comes back', async () => {
    const { hub, mail } = setup()
    const first = await visit(hub, 'ada')
    await mail(1)
    await turn()
    expect(first.news()).toEqual([1])
    await first.leave()
    await visit(hub, 'ada', first.cursor())
    expect((await visit(hub, 'ada')).news()).toEqual([])
    expect(hub.stats().mailbox).toEqual({ kept: 1, sent: 0, acknowledged: 1, dropped: 0 })
  })

  it('is not lost to a cursor of somebody else, who was signed in before', async () => {
    const { hub, mail } = setup()
    const bob = await visit(hub, 'bob')
    await mail(1)
    await hub.broadcast('n', 'for all')
    await turn()
    await bob.leave()
    const ada = await visit(hub, 'ada', bob.cursor())
    expect(ada.news()).toEqual([1])
    await ada.leave()
    expect((await visit(hub, 'ada', ada.cursor())).news()).toEqual([])
  })

  it('is for that user alone', async () => {
    const { hub, mail } = setup()
    await mail(1)
    expect((await visit(hub, 'bob')).news()).toEqual([])
    expect((await visit(hub, '')).news()).toEqual([])
  })
})

describe('mail that is still to be sent when the log gives up its place', () => {
  /** A user who came back with what the last stream had, and goes away again. */
  async function newsOf(hub: Hub, cursor: string): Promise<unknown[]> {
    const { news, leave } = await visit(hub, 'ada', cursor)
    await leave()
    return news()
  }

  it('comes to the next stream, if the log is reset while the mail before it is being sent', async () => {
    let isSlow = true
    const { hub, mail } = setup({ filter: (_, { data }) => data === 1 || !isSlow || new Promise(() => {}) })
    for (const n of [1, 2, 3]) await mail(n)
    const first = await visit(hub, 'ada', '', 'n')
    expect(first.news()).toEqual([1])
    await hub.reset()
    await hub.broadcast('n', 'after the reset')
    await turn()
    await first.leave()
    isSlow = false
    expect(first.named('gap')).toEqual([])
    expect(await newsOf(hub, first.cursor())).toEqual([2, 3])
  })

  it('comes to the next stream, if the log is reset while the filter of a live stream decides about it', async () => {
    const asked: unknown[] = []
    const { hub, mail } = setup({
      filter: (_, { data }) => asked.push(data) > 1 || new Promise(() => {}),
    })
    const first = await visit(hub, 'ada')
    await mail(1)
    await hub.reset()
    await turn()
    await first.leave()
    expect(asked).toEqual([1])
    expect(await newsOf(hub, first.cursor())).toEqual([1])
  })

  it('comes to the next stream, if the log is reset before a replay has come to it', async () => {
    const { log, reads } = lateLog()
    const { hub, mail } = setup({ log })
    const before = await visit(hub, 'ada')
    await before.leave()
    await mail(1)
    const first = await visit(hub, 'ada', before.cursor(), 'connected')
    await expect.poll(() => reads.length).toBe(1)
    await hub.reset()
    await turn()
    await first.leave()
    expect(await newsOf(hub, first.cursor())).toEqual([1])
  })

  it('comes to the next stream, if the filter resets the log when it is asked about it', async () => {
    let asked = 0
    const { hub, mail } = setup({
      filter() {
        if (asked++ === 0) void hub.reset()
        return true
      },
    })
    const first = await visit(hub, 'ada')
    await mail(1)
    await turn()
    expect(first.news()).toEqual([])
    await first.leave()
    expect(await newsOf(hub, first.cursor())).toEqual([1])
  })

  it('comes to the next stream, if the log has thrown it away before a replay came to it', async () => {
    const { log, reads, answer } = lateLog(memoryLog({ size: 2 }))
    const { hub, mail } = setup({ log })
    const before = await visit(hub, 'ada')
    await before.leave()
    await mail(1)
    const first = await visit(hub, 'ada', before.cursor(), 'connected')
    await expect.poll(() => reads.length).toBe(1)
    for (const n of ['a', 'b', 'c']) await hub.broadcast('n', n)
    answer()
    await turn()
    await first.leave()
    expect(await newsOf(hub, first.cursor())).toEqual([1])
    expect(hub.stats().endings.overflow).toBe(1)
  })

  it('costs a stream nothing that has been sent all of it: it goes on after a reset', async () => {
    const { hub, mail } = setup()
    await mail(1)
    const first = await visit(hub, 'ada')
    await mail(2)
    await hub.reset()
    await hub.broadcast('n', 'on')
    await turn()
    expect(first.news()).toEqual([1, 2, 'on'])
    await first.leave()
    expect(await newsOf(hub, first.cursor())).toEqual([])
  })
})

describe('mail that must not be sent', () => {
  it('waits while the filter says no, and is not acknowledged by a client that never had it', async () => {
    let allowed = false
    const { hub, mail } = setup({ filter: (_, { data }) => allowed || data !== 2 })
    for (const n of [1, 2, 3]) await mail(n)
    const first = await visit(hub, 'ada')
    expect(first.news()).toEqual([1, 3])
    await first.leave()
    const second = await visit(hub, 'ada', first.cursor())
    expect(second.news()).toEqual([])
    await second.leave()
    allowed = true
    expect((await visit(hub, 'ada')).news()).toEqual([2])
  })

  it('waits for a filter that answers with a promise', async () => {
    const { hub, mail } = setup({ filter: async (_, { data }) => data !== 2 })
    for (const n of [1, 2, 3]) await mail(n)
    const first = await visit(hub, 'ada')
    expect(first.news()).toEqual([1, 3])
    await first.leave()
    await visit(hub, 'ada', first.cursor())
    expect(hub.stats().mailbox).toMatchObject({ acknowledged: 2 })
  })

  it('is over after its time', async () => {
    const { hub, mail, clock } = setup({ mailbox: { maxAge: 1000 } })
    await mail(1)
    await clock.advance(999)
    await mail(2)
    await clock.advance(1)
    expect((await visit(hub, 'ada')).news()).toEqual([2])
  })

  it('is dropped where too much of it waits, the oldest first, which is reported once', async () => {
    const { hub, mail, errors } = setup({ mailbox: { perUser: 2 } })
    for (const n of [1, 2, 3, 4]) await mail(n)
    expect((await visit(hub, 'ada')).news()).toEqual([3, 4])
    expect(hub.stats().mailbox).toMatchObject({ dropped: 2 })
    expect(errors).toEqual([['mailbox', expect.stringContaining('mailbox.perUser is 2')]])
  })
})

describe('a mailbox of another kind', () => {
  const slow = (box: Mailbox): Mailbox => ({
    add: async (...args) => box.add(...args),
    list: async (...args) => box.list(...args),
    markSent: async (...args) => box.markSent(...args),
    acknowledge: async (...args) => box.acknowledge(...args),
  })

  it('may answer later: nothing is lost or doubled, also if the client breaks off meanwhile', async () => {
    const { hub, mail } = setup({ mailbox: { store: slow(memoryMailbox()) } })
    for (const n of [1, 2]) await mail(n)
    const first = await visit(hub, 'ada')
    expect(first.news()).toEqual([1, 2])
    await first.leave()
    // Not even the introduction stands behind mail that may be there.
    expect((await visit(hub, 'ada', first.blocks[0]?.id)).news()).toEqual([1, 2])
    expect((await visit(hub, 'ada', first.cursor())).news()).toEqual([])
    expect((await visit(hub, 'ada')).news()).toEqual([])
  })

  it.each<[what: string, broken: Partial<Mailbox>]>([
    [
      'throws',
      {
        list: () => {
          throw new Error('mine')
        },
      },
    ],
    ['rejects', { list: () => Promise.reject(new Error('mine')) }],
    ['cannot note', { markSent: () => Promise.reject(new Error('mine')) }],
  ])('reports a mailbox that %s, and the stream goes on', async (_, broken) => {
    const store = memoryMailbox()
    await store.add('ada', {
      entry: { seq: 1, type: 'n', json: '1', to: { userId: 'ada' }, at: 0 },
      epoch: 'e',
      until: null,
      sent: false,
    })
    const { hub, errors } = setup({ mailbox: { store: { ...store, ...broken } } })
    const first = await visit(hub, 'ada')
    await hub.broadcast('n', 'on')
    await turn()
    expect(first.news()).toEqual(['on'])
    expect(errors).toEqual([['mailbox', 'mine']])
  })
})
