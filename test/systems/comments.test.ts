import {
  createEffects,
  createHub,
  type DeadLetter,
  type EventLog,
  type HubOptions,
  memoryLog,
  type Step,
  WorkError,
} from 'headwater/server'
import { expect, it, onTestFinished } from 'vitest'
import { clients, gate, join, type Listener, Refused, serve } from './support.ts'

/*
 * Comments in threads, addressed to sessions. The rules are one pure function, and a queue carries out its effects.
 */

interface Comment {
  readonly id: string
  readonly threadId: string
  readonly author: string
  readonly text: string
  readonly number: number
}

interface Events {
  'comment.created': Comment
  'thread.count': { readonly threadId: string; readonly count: number }
  mention: { readonly threadId: string; readonly by: string }
  typing: { readonly author: string }
  notice: string
}

interface Command {
  readonly id: string
  readonly threadId: string
  readonly author: string
  readonly text: string
  readonly clientId?: string
}

interface Mail {
  readonly kind: 'mail'
  readonly to: string
}

type Threads = Readonly<Record<string, readonly Comment[]>>

/** The rules: a pure function. */
function reduce(threads: Threads, { id, threadId, author, text, clientId }: Command): Step<Threads, Events, Mail> {
  const thread = threads[threadId]
  if (!thread) throw new Refused(422, `there is no thread ${threadId}`)
  const comment = { id, threadId, author, text, number: thread.length + 1 }
  const topic = `thread.${threadId}`
  const mentioned = [...text.matchAll(/@(\w+)/g)].map(([, name]) => name ?? '')
  return {
    state: { ...threads, [threadId]: [...thread, comment] },
    effects: [
      {
        kind: 'toTopic',
        to: topic,
        type: 'comment.created',
        data: comment,
        ...(clientId !== undefined && { options: { except: clientId } }),
      },
      {
        kind: 'broadcast',
        type: 'thread.count',
        data: { threadId, count: comment.number },
        options: { key: threadId },
      },
      ...mentioned.flatMap((name) => [
        { kind: 'toSession', to: `s-${name}`, type: 'mention', data: { threadId, by: author } } as const,
        { kind: 'mail', to: name } as const,
      ]),
    ],
  }
}

interface Setup {
  readonly log?: EventLog
  readonly mail?: (to: string) => unknown
  readonly maxWaiting?: number
  readonly limits?: HubOptions['limits']
}

async function start({ log, mail = () => {}, maxWaiting, limits }: Setup = {}) {
  const hub = createHub<Events>({
    log,
    limits,
    // A session without a user. Its id is enough.
    authenticate({ url }) {
      const sessionId = new URL(url).searchParams.get('sessionId')
      return sessionId ? { sessionId } : null
    },
  })
  const letters: DeadLetter<Command>[] = []
  const mails: string[] = []
  const queue = createEffects({
    hub,
    initial: { t1: [], t2: [] } as Threads,
    reduce,
    handlers: {
      async mail({ to }: Mail) {
        await mail(to)
        mails.push(to)
      },
    },
    maxWaiting,
    retry: { initial: 0, attempts: 2 },
    onDeadLetter: (letter) => letters.push(letter),
  })
  const system = await serve(hub, {
    'POST /api/comments': async (body) => {
      try {
        return await queue.push(body as unknown as Command)
      } catch (error) {
        if (error instanceof WorkError) throw new Refused(503, error.code)
        throw error
      }
    },
    'GET /api/comments': () => queue.state,
  })
  return {
    hub,
    queue,
    letters,
    mails,
    system,
    session: (name: string, topics: readonly string[] = []): Promise<Listener<Events>> =>
      join<Events>(system, { query: { sessionId: `s-${name}` }, topics }),
    comment: (id: string, text = 'hello', more: object = {}) =>
      system.post('/api/comments', { id, threadId: 't1', author: 'ada', text, ...more }),
  }
}

it('lets a session in without a user, and nobody without a session', async () => {
  const { system, hub, session } = await start()
  await session('ada')
  expect(hub.stats().clients).toBe(1)
  expect((await system.get('/api/events')).status).toBe(401)
})

it('sends to one session, in all its tabs, and to no other', async () => {
  const { hub, session } = await start()
  const [tab1, tab2, other] = await Promise.all([session('ada'), session('ada'), session('bob')])
  expect(await hub.toSession('s-ada', 'notice', 'for ada')).toMatchObject({ delivered: 2 })
  await hub.broadcast('notice', 'for all')
  for (const tab of [tab1, tab2]) expect(await tab.until('notice', 2)).toEqual(['for ada', 'for all'])
  expect(await other.until('notice')).toEqual(['for all'])
})

it('sends to a list of sessions', async () => {
  const { hub, session } = await start()
  const [ada, bob, cleo] = await Promise.all([session('ada'), session('bob'), session('cleo')])
  await hub.toSession(['s-ada', 's-bob'], 'notice', 'for two')
  await hub.broadcast('notice', 'for all')
  expect(await ada.until('notice', 2)).toEqual(['for two', 'for all'])
  expect(await bob.until('notice', 2)).toEqual(['for two', 'for all'])
  expect(await cleo.until('notice')).toEqual(['for all'])
})

it('refuses an address without a value, so that nothing meant for one session goes to all', async () => {
  const { hub } = await start()
  await expect(hub.publish('notice', 'secret', { sessionId: undefined as unknown as string })).rejects.toThrow(
    TypeError,
  )
})

it('tells those who have the thread open of a comment', async () => {
  const { session, comment } = await start()
  const [reader, other] = await Promise.all([session('bob', ['thread.t1']), session('cleo', ['thread.t2'])])
  expect((await comment('c1')).status).toBe(200)
  expect(await reader.until('comment.created')).toMatchObject([{ id: 'c1', number: 1 }])
  await other.until('thread.count')
  expect(other.heard.map(({ type }) => type)).toEqual(['thread.count'])
})

it('tells those who have joined all threads with a wildcard', async () => {
  const { session, comment } = await start()
  const moderator = await session('mod', ['thread.*'])
  await comment('c1', 'one', { threadId: 't1' })
  await comment('c2', 'two', { threadId: 't2' })
  expect(await moderator.until('comment.created', 2)).toMatchObject([{ threadId: 't1' }, { threadId: 't2' }])
})

it('joins a thread that is opened later, on the same connection', async () => {
  const { hub, session, comment } = await start()
  const reader = await session('bob')
  const off = reader.client.topic('thread.t1').subscribe(() => {})
  await reader.client.topic('thread.t1').joined()
  await comment('c1')
  await reader.until('comment.created')
  off()
  expect(hub.stats().connections).toBe(1)
})

it('leaves out the tab that wrote the comment', async () => {
  const { session, comment } = await start()
  const [writer, reader] = await Promise.all([session('ada', ['thread.t1']), session('bob', ['thread.t1'])])
  await comment('c1', 'hello', { clientId: writer.client.clientId })
  await reader.until('comment.created')
  await writer.until('thread.count')
  expect(writer.heard.map(({ type }) => type)).toEqual(['thread.count'])
})

it('tells a session that it was mentioned, and sends a mail', async () => {
  const { session, comment, mails } = await start()
  const bob = await session('bob')
  await comment('c1', 'ask @bob')
  expect(await bob.until('mention')).toEqual([{ threadId: 't1', by: 'ada' }])
  expect(mails).toEqual(['bob'])
})

it('carries out effects in order when twenty comments are written at the same time', async () => {
  const { session, comment } = await start()
  const reader = await session('bob', ['thread.t1'])
  await Promise.all(Array.from({ length: 20 }, (_, n) => comment(`c${n}`)))
  const numbers = (await reader.until('comment.created', 20)).map((each) => (each as Comment).number)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
  const counts = (await reader.until('thread.count', 20)).map((each) => (each as { count: number }).count)
  expect(counts).toEqual(numbers)
})

it('takes a comment that is sent twice once', async () => {
  const { session, comment, queue } = await start()
  const reader = await session('bob', ['thread.t1'])
  const answers = await Promise.all([comment('c1'), comment('c1')])
  const statuses = await Promise.all(answers.map(async (answer) => (await answer.json()).status))
  expect(statuses.sort()).toEqual(['done', 'repeated'])
  await comment('c2')
  expect(await reader.until('comment.created', 2)).toMatchObject([{ id: 'c1' }, { id: 'c2' }])
  expect(queue.state['t1']).toHaveLength(2)
})

it('sends a mail again that failed, and answers when it is done', async () => {
  const failures = [new Error('busy'), new Error('busy')]
  const { comment, mails, letters } = await start({
    mail() {
      const failure = failures.pop()
      if (failure) throw failure
    },
  })
  expect(await (await comment('c1', '@bob')).json()).toEqual({ status: 'done', failed: 0 })
  expect([mails, letters]).toEqual([['bob'], []])
})

it('puts a mail that cannot be sent aside, and goes on', async () => {
  const { session, comment, letters } = await start({ mail: () => Promise.reject(new Error('no such address')) })
  const reader = await session('bob', ['thread.t1'])
  expect(await (await comment('c1', '@nobody')).json()).toEqual({ status: 'done', failed: 1 })
  expect(letters).toMatchObject([{ effect: { kind: 'mail', to: 'nobody' }, event: { id: 'c1' }, attempts: 3 }])
  await comment('c2')
  expect(await reader.until('comment.created', 2)).toHaveLength(2)
})

it('refuses what the rules refuse, and keeps the threads as they are', async () => {
  const { comment, queue } = await start()
  const before = queue.state
  const answer = await comment('c1', 'hello', { threadId: 't9' })
  expect([answer.status, await answer.json()]).toEqual([422, { error: 'Error: there is no thread t9' }])
  expect(queue.state).toBe(before)
})

it('answers 503 when too many comments wait', async () => {
  const mailbox = gate()
  const { comment, mails } = await start({ maxWaiting: 1, mail: () => mailbox.opened })
  const first = comment('c1', '@bob')
  const statuses: number[] = []
  // One is carried out, one waits, and of the rest each is refused.
  const others = ['c2', 'c3', 'c4'].map(async (id) => statuses.push((await comment(id)).status))
  while (!statuses.includes(503)) await new Promise(setImmediate)
  mailbox.open()
  await Promise.all([first, ...others])
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(1)
  expect(mails).toEqual(['bob'])
})

it('replays the comments that a session missed', async () => {
  const { hub, session, comment } = await start()
  const reader = await session('bob', ['thread.t1'])
  await comment('c1')
  await reader.until('comment.created')
  reader.client.disconnect()
  await clients(hub, 0)
  await comment('c2', 'ask @bob')
  reader.client.connect()
  expect(await reader.until('comment.created', 2)).toMatchObject([{ id: 'c1' }, { id: 'c2' }])
  expect(await reader.until('mention')).toHaveLength(1)
})

it('tells of a gap when the log does not reach back, so that the page loads its comments again', async () => {
  const { hub, system, session, comment } = await start({ log: memoryLog({ size: 2 }) })
  const reader = await session('bob', ['thread.t1'])
  await comment('c1')
  await reader.until('thread.count')
  reader.client.disconnect()
  await clients(hub, 0)
  for (const id of ['c2', 'c3', 'c4']) await comment(id)
  const gap = new Promise((resolve) => onTestFinished(reader.client.observe({ onGap: resolve })))
  reader.client.connect()
  expect(await gap).toMatchObject({ reason: 'expired', certain: true })
  expect((await (await system.get('/api/comments')).json()).t1).toHaveLength(4)
})

it('shows who is typing, and forgets it', async () => {
  const { hub, session } = await start()
  const reader = await session('bob', ['thread.t1'])
  const typing = (author: string) => hub.toTopic('thread.t1', 'typing', { author }, { volatile: true })
  expect(await typing('ada')).toEqual({ id: '', delivered: 1 })
  await reader.until('typing')
  reader.client.disconnect()
  await clients(hub, 0)
  await typing('cleo')
  await hub.broadcast('notice', 'later')
  reader.client.connect()
  await reader.until('notice')
  expect(await reader.until('typing')).toEqual([{ author: 'ada' }])
})

it('keeps a search index in the server, also of threads that nobody has open', async () => {
  const { hub, comment } = await start()
  const index = new Map<string, string>()
  onTestFinished(hub.on('comment.created', ({ id, text }) => index.set(text, id)))
  await comment('c1', 'first')
  await comment('c2', 'second', { threadId: 't2' })
  expect([...index]).toEqual([
    ['first', 'c1'],
    ['second', 'c2'],
  ])
})

it('carries out what it has accepted before the server stops', async () => {
  const mailbox = gate()
  const { hub, queue, session, comment } = await start({ mail: () => mailbox.opened })
  const reader = await session('bob', ['thread.t1'])
  const both = [comment('c1', '@cleo'), comment('c2')]
  while (queue.waiting < 1) await new Promise(setImmediate)
  const stopping = queue.close().then(() => hub.close())
  mailbox.open()
  await stopping
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200])
  expect(await reader.until('comment.created', 2)).toMatchObject([{ id: 'c1' }, { id: 'c2' }])
  expect((await comment('c3')).status).toBe(503)
})
