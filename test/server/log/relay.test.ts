import { memoryRelay, type RelayMessage } from 'headwater/server'
import { expect, it, vi } from 'vitest'

it('gives each message to every listener, in order, as copies, in a later turn', async () => {
  const relay = memoryRelay()
  const heard: [name: string, message: RelayMessage][] = []
  const stop = relay.subscribe((message) => heard.push(['first', message]))
  relay.subscribe((message) => heard.push(['second', message]))
  const message = { list: [1], none: undefined }
  relay.send(message)
  relay.send({ n: 2 })
  message.list.push(2)
  expect(heard).toEqual([])
  await undefined
  expect(heard).toEqual([
    ['first', { list: [1] }],
    ['second', { list: [1] }],
    ['first', { n: 2 }],
    ['second', { n: 2 }],
  ])
  stop()
  relay.send({ n: 3 })
  await undefined
  expect(heard.at(-1)).toEqual(['second', { n: 3 }])
  expect(heard).toHaveLength(5)
})

it('reports what a listener throws, and goes on with the others', async () => {
  const report = vi.fn()
  vi.stubGlobal('reportError', report)
  const relay = memoryRelay()
  const heard = vi.fn()
  relay.subscribe(() => {
    throw new Error('mine')
  })
  relay.subscribe(heard)
  relay.send({ n: 1 })
  await vi.waitFor(() => expect(report).toHaveBeenCalledExactlyOnceWith(new Error('mine')))
  expect(heard).toHaveBeenCalledExactlyOnceWith({ n: 1 })
  vi.unstubAllGlobals()
})
