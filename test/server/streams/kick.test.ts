import { expect, it } from 'vitest'
import { hubBenches } from '../../support/hubs.ts'

it('ends the streams of a user in all processes, and counts those of its own', async () => {
  const { nodes, clock } = hubBenches(2)
  const streams = await Promise.all(nodes.flatMap(({ stream }) => [stream('?user=ada'), stream('?user=bob')]))
  expect(nodes[0]?.hub.kick({ userId: 'ada' })).toBe(1)
  await clock.settle()
  expect(streams.map(({ ended }) => ended())).toEqual(['end', undefined, 'end', undefined])
  expect(nodes.map(({ hub }) => hub.stats().endings.kicked)).toEqual([1, 1])
})

it('ends a stream by its id, wherever it is', async () => {
  const { nodes, clock } = hubBenches(3)
  const streams = await Promise.all(nodes.map(({ stream }) => stream()))
  expect(nodes[0]?.hub.kick({ clientId: `${streams[2]?.find('connected')?.['clientId']}` })).toBe(0)
  await clock.settle()
  expect(streams.map(({ ended }) => ended())).toEqual([undefined, undefined, 'end'])
})

it('refuses what selects no stream, and tells no other process', async () => {
  const { nodes, clock } = hubBenches(2)
  const stream = await nodes[1]?.stream('?user=ada')
  expect(() => nodes[0]?.hub.kick({ userId: undefined as unknown as string })).toThrow(TypeError)
  await clock.settle()
  expect(stream?.ended()).toBeUndefined()
  expect(nodes[1]?.errors).toEqual([])
})
