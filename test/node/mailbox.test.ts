import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { createSSE } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { keepCursor } from 'headwater/resume'
import { createHub, type EventLog, readToken } from 'headwater/server'
import { fileLog, toNodeHandler } from 'headwater/server/node'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { folder } from '../support/folder.ts'
import { serveHub } from '../support/serving.ts'

/*
 * Mail over HTTP, with a log on disk: what a user gets who comes the day after.
 */

/** A server whose users say who they are. It can be started again with another log. */
async function serve(log: EventLog) {
  const hub = createHub({ log, heartbeat: false, authenticate: (request) => ({ userId: readToken(request) ?? '' }) })
  return { hub, ...(await serveHub(hub)) }
}

/** A page of a user, and what it has heard. */
function page(url: string, user: string, cursor = '', make: typeof createSSE = createHubClient) {
  const heard: unknown[] = []
  const opened: unknown[] = []
  const gaps: unknown[] = []
  const client = make(url, {
    headers: { authorization: `Bearer ${user}` },
    ...(cursor && { lastEventId: cursor }),
    onOpen: ({ recovered }) => opened.push(recovered),
    onGap: ({ reason }) => gaps.push(reason),
  })
  client.subscribe('mail', (data) => heard.push(data))
  onTestFinished(() => client.close())
  /** The page is left. @returns Its cursor. */
  const leave = (): string => {
    client.close()
    return client.lastEventId
  }
  return { client, heard, opened, gaps, leave }
}

it('is there after a restart for a user without a cursor, and once', async () => {
  const path = folder(tmpdir())
  const before = fileLog({ path })
  const first = await serve(before)
  await first.hub.toUser('ada', 'mail', 'one', { persistent: true })
  await first.hub.toUser('ada', 'mail', 'two', { persistent: true })
  await first.hub.toUser('bob', 'mail', 'not for ada', { persistent: true })
  await first.stop()
  await before.close()

  const log = fileLog({ path })
  onTestFinished(() => log.close())
  const { hub, url } = await serve(log)
  const phone = page(url, 'ada')
  await eventually(() => expect(phone.heard).toEqual(['one', 'two']))
  await hub.toUser('ada', 'mail', 'three', { persistent: true })
  await eventually(() => expect(phone.heard).toEqual(['one', 'two', 'three']))
  expect(phone.opened).toEqual([false])
  expect(phone.gaps).toEqual([])
  // A second device, before the first has acknowledged.
  const desk = page(url, 'ada')
  await eventually(() => expect(desk.heard).toEqual(['one', 'two', 'three']))
  desk.leave()

  const again = page(url, 'ada', phone.leave())
  await eventually(() => expect(again.opened).toEqual([true]))
  await eventually(() => expect(hub.stats().mailbox.acknowledged).toBe(3))
  await hub.toUser('ada', 'mail', 'four')
  await eventually(() => expect(again.heard).toEqual(['four']))
  // A third device gets nothing: it was acknowledged.
  const tablet = page(url, 'ada')
  await eventually(() => expect(tablet.opened).toEqual([false]))
  await hub.toUser('ada', 'mail', 'five')
  await eventually(() => expect(tablet.heard).toEqual(['five']))
})

it('is acknowledged by a client that only reconnects', async () => {
  const log = fileLog({ path: folder(tmpdir()) })
  onTestFinished(() => log.close())
  const { hub, url } = await serve(log)
  await hub.toUser('ada', 'mail', 1, { persistent: true })
  const { client, heard, opened } = page(url, 'ada')
  await eventually(() => expect(heard).toEqual([1]))
  client.reconnect()
  await eventually(() => expect(opened).toEqual([false, true]))
  await eventually(() => expect(hub.stats().mailbox.acknowledged).toBe(1))
  expect(heard).toEqual([1])
})

it('reaches a plain client too, which comes back with the ids as they are', async () => {
  const log = fileLog({ path: folder(tmpdir()) })
  onTestFinished(() => log.close())
  const { hub, url } = await serve(log)
  for (const n of [1, 2]) await hub.toUser('ada', 'mail', n, { persistent: true })
  const { client, heard } = page(url, 'ada', '', createSSE)
  await eventually(() => expect(heard).toEqual([1, 2]))
  client.reconnect()
  await eventually(() => expect(hub.stats().mailbox.acknowledged).toBe(2))
  await hub.toUser('ada', 'mail', 3)
  await eventually(() => expect(heard).toEqual([1, 2, 3]))
})

it('goes on where the connection broke off in the middle of it', async () => {
  const log = fileLog({ path: folder(tmpdir()) })
  onTestFinished(() => log.close())
  const { hub, url } = await serve(log)
  for (let n = 1; n <= 50; n++) await hub.toUser('ada', 'mail', n, { persistent: true })
  const heard: unknown[] = []
  let saved = ''
  const open = () => {
    const client = createHubClient(url, {
      headers: { authorization: 'Bearer ada' },
      resume: keepCursor({ load: () => saved, save: (id) => (saved = id) }),
    })
    onTestFinished(() => client.close())
    return client
  }
  const first = open()
  first.subscribe('mail', (n) => {
    heard.push(n)
    // The page is closed in the middle of its mail.
    if (n === 20) first.close()
  })
  await eventually(() => expect(saved).not.toBe(''))
  await eventually(() => expect(hub.stats().clients).toBe(0))
  expect(heard.at(-1)).toBe(20)
  const second = open()
  second.subscribe('mail', (n) => heard.push(n))
  await eventually(() => expect(heard).toEqual(Array.from({ length: 50 }, (_, n) => n + 1)))
  expect(hub.stats().mailbox.acknowledged).toBe(20)
})

it('cannot be asked for over HTTP, whatever canPublish says', async () => {
  const hub = createHub({ canPublish: () => true })
  const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event: 'mail', userId: 'ada', persistent: true }),
  })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('only code on the server may keep an event for a user: leave persistent out')
})
