import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHub, type EventLog, memoryLog } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { expect, it, onTestFinished } from 'vitest'
import { ORIGIN, read } from '../support/reader.ts'

/*
 * The transcripts in docs/protocol.md are what the server writes, but for ids that are left to chance.
 */

const text = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8')

function transcript(name: string): string {
  const [, block] = new RegExp(`<!-- transcript: ${name} -->\n\`\`\`\n(.*?)\`\`\``, 's').exec(text) ?? []
  if (!block) throw new Error(`docs/protocol.md has no transcript ${name}`)
  return block
}

/** A log under another name, whose first number is `offset + 1`. */
function shifted(epoch: string, offset: number): EventLog {
  const log = memoryLog()
  return {
    epoch,
    get head() {
      return log.head + offset
    },
    get first() {
      return log.first + offset
    },
    append: (record) => log.append(record),
    read: async (seq, limit) =>
      (await log.read(seq - offset, limit)).map((entry) => ({ ...entry, seq: entry.seq + offset })),
    subscribe: ({ entry, reset }) =>
      log.subscribe({ reset, entry: (each) => entry({ ...each, seq: each.seq + offset }) }),
    reset: () => log.reset(),
  }
}

async function setup(log: EventLog) {
  const clock = createClock()
  const hub = createHub({
    clock,
    log,
    authenticate: ({ url }) => ({ userId: new URL(url).searchParams.get('user') ?? 'ada' }),
  })
  onTestFinished(() => hub.close())
  const connect = async (id: string) =>
    read(await hub.fetch(new Request(`${ORIGIN}/events?topics=orders.*`, { headers: { 'last-event-id': id } })))
  const plain = (text: string): string => text.replace(/"clientId":"[\w-]{22}"/, `"clientId":"${'A'.repeat(22)}"`)
  return { hub, clock, connect, plain }
}

it('a client that comes back has what the protocol says', async () => {
  const { hub, clock, connect, plain } = await setup(shifted('k3f9x2ab', 1040))
  await hub.publish('order.created', { id: 'A-1' })
  await hub.publish('order.created', { id: 'A-7', total: 1200 }, { topic: 'orders.eu' })
  await hub.publish('notification', 'Rain: deliveries take longer')
  const reader = await connect('k3f9x2ab-1041')
  await clock.settle()
  await hub.publish('order.updated', { id: 'A-7', total: 1300 }, { topic: 'orders.eu' })
  for (let n = 1045; n <= 1060; n++) await hub.toUser('bob', 'x', n)
  await clock.advance(2000)
  await hub.close()
  await clock.settle()
  expect(plain(reader.text())).toBe(transcript('resumed'))
})

it('a client whose log is lost has what the protocol says', async () => {
  const { clock, connect, plain } = await setup(shifted('p0d1q7zz', 12))
  const reader = await connect('k3f9x2ab-1041')
  await clock.settle()
  expect(plain(reader.text())).toBe(transcript('lost'))
})
