import { memoryRelay, type Relay } from 'headwater/server'
import { expect, it, vi } from 'vitest'
import { createOthers } from '../../../server/streams/others.ts'

const none = (): void => {
  throw new Error('nothing fails here')
}
const which = { userId: 'ada' }

it('a hub tells all others, and not itself', async () => {
  const relay = memoryRelay()
  const hubs = [createOthers(relay, none), createOthers(relay, none), createOthers(relay, none)]
  const heard: unknown[] = []
  for (const [n, hub] of hubs.entries()) hub.on('kick', (message) => heard.push([n, message]))
  hubs[0]?.tell('kick', { which })
  await undefined
  const from = hubs[0]?.id
  expect(heard).toEqual([
    [1, { which, from }],
    [2, { which, from }],
  ])
  expect(hubs.map(({ areNone }) => areNone)).toEqual([false, false, false])
})

it('a hub without a relay tells nobody', () => {
  const others = createOthers(undefined, none)
  expect(others.areNone).toBe(true)
  others.tell('hello', {})
  others.stop()
})

it('a hub that has stopped hears nothing and tells nothing', async () => {
  const relay = memoryRelay()
  const [a, b] = [createOthers(relay, none), createOthers(relay, none)]
  const heard = vi.fn()
  for (const each of [a, b]) each.on('hello', heard)
  a.stop()
  a.tell('hello', {})
  b.tell('hello', {})
  await undefined
  expect(heard).not.toHaveBeenCalled()
})

it('a message of a kind that nobody knows is left out', async () => {
  const relay = memoryRelay()
  const others = createOthers(relay, none)
  others.on('hello', none)
  for (const kind of ['later', 'constructor', '__proto__', undefined, 7]) relay.send({ kind, from: 'x' })
  await undefined
})

it('a message that fails is reported, and later ones are heard', async () => {
  const failures: unknown[] = []
  const relay = memoryRelay()
  const [a, b] = [createOthers(relay, none), createOthers(relay, (error) => failures.push(error))]
  b.on('hello', () => Promise.reject(new Error('rejects')))
  b.on('reset', () => {
    throw new Error('throws')
  })
  a.tell('hello', {})
  a.tell('reset', {})
  a.tell('hello', {})
  await vi.waitFor(() => expect(failures.length).toBe(3))
  expect(failures.map((error) => `${error}`).sort()).toEqual(['Error: rejects', 'Error: rejects', 'Error: throws'])
})

it.each<[how: string, send: Relay['send']]>([
  [
    'throws',
    () => {
      throw new Error('no relay')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no relay'))],
])('a relay that %s loses a message, and the hub hears why', async (_, send) => {
  const failures: unknown[] = []
  const others = createOthers({ send, subscribe: () => () => {} }, (error) => failures.push(error))
  // What is said again anyway is lost without a word.
  others.tell('ask', { to: 'x' })
  others.tell('hello', {})
  await vi.waitFor(() => expect(failures).toEqual([new Error('no relay')]))
})
