// @vitest-environment page
import type { Layer } from 'headwater'
import { hub } from 'headwater/hub'
import { bindQueryClient, type QueryBindings } from 'headwater/tanstack-query'
import { describe, expect, it } from 'vitest'
import { bindings, notifyAtOnce, reopen, shop } from './tanstack-stage.ts'

const connected = (recovered: boolean): string =>
  `event: connected\nid: e-1\ndata: ${JSON.stringify({ v: 1, recovered })}\n\n`

notifyAtOnce()

describe('when events may have been lost', () => {
  const both: QueryBindings<Record<string, unknown>> = { ...bindings, tick: { invalidate: ['ticks'] } }

  async function loaded(given: QueryBindings<Record<string, unknown>> = both, server?: Layer) {
    const made = await shop(given, {}, { ...(server && { server }) })
    made.watch(['orders', 'A'], made.detail)
    made.watch(['ticks'], made.list)
    made.watch(['users'], made.other)
    await made.clock.settle()
    const fetches = (): number[] => [made.detail, made.list, made.other].map(({ mock }) => mock.calls.length)
    expect(fetches()).toEqual([1, 1, 1])
    return { ...made, fetches }
  }

  it.each(['one chunk', 'two chunks'])('one event may invalidate what another patches, in %s', async (cut) => {
    const made = await loaded({
      x: {
        patch: (data) => (data === 'patch' ? { queryKey: ['orders', 'A'], update: {} } : undefined),
        invalidate: (data) => (data === 'patch' ? undefined : { queryKey: ['orders', 'A'] }),
      },
    })
    const [first, second] = ['event: x\ndata: "patch"\n\n', 'event: x\ndata: "invalidate"\n\n']
    if (cut === 'one chunk') made.stream.raw(`${first}${second}`)
    else made.stream.raw(`${first}`, `${second}`)
    await made.clock.settle()
    expect(made.fetches()).toEqual([2, 1, 1])
  })

  it('the keys that are bound are fetched again, once, and no others', async () => {
    const made = await loaded()
    // No id was ever seen: an opening that is not recovered, and a gap.
    await reopen(made)
    expect(made.sse.state.get().status).toBe('open')
    expect(made.fetches()).toEqual([2, 2, 1])
  })

  it('everything is, where a binding has given no key yet', async () => {
    for (const binding of [
      { patch: () => ({ queryKey: ['orders', 'A'], update: {} }) },
      { invalidate: () => ['orders'] },
    ]) {
      const made = await loaded({ x: binding })
      await reopen(made)
      expect(made.fetches()).toEqual([2, 2, 2])
    }
  })

  it('everything is that shares the first part of a key that a binding has given, and nothing else', async () => {
    const fixed = await loaded({ x: { patch: () => undefined, invalidate: ['orders', 'list'] } })
    await reopen(fixed)
    expect(fixed.fetches()).toEqual([2, 1, 1])

    const seen = await loaded({ x: { patch: () => ({ queryKey: ['orders', 'A'], update: {} }) } })
    seen.stream.send('x', 1)
    await seen.clock.settle()
    await reopen(seen)
    expect(seen.fetches()).toEqual([2, 1, 1])
  })

  it('a reopening that nobody knows about counts', async () => {
    const made = await loaded()
    made.stream.send('tick', 0, { id: '5' })
    await made.clock.settle()
    const before = made.fetches()
    await reopen(made)
    expect(made.fetches()).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 1, 1])
  })

  it('a reopening that the server says is complete does not', async () => {
    const made = await loaded(both, hub())
    await made.clock.advance(1000)
    expect(made.sse.state.get().status).toBe('open')
    await reopen(made, connected(false))
    const before = made.fetches()
    await reopen(made, connected(true))
    expect(made.sse.state.get().status).toBe('open')
    expect(made.fetches()).toEqual(before)
  })

  it('a gap that the server tells of on an open line counts', async () => {
    const made = await loaded(both, hub())
    await made.clock.advance(1000)
    await reopen(made, connected(false))
    const [orders = 0, ticks = 0] = made.fetches()
    made.stream.raw('event: gap\ndata: {"reason":"overflow"}\n\n')
    await made.clock.settle()
    expect(made.fetches()).toEqual([orders + 1, ticks + 1, 1])
  })

  it('nothing is fetched before the stream is open again', async () => {
    const made = await loaded()
    made.stream.send('tick', 0, { id: '5' })
    await made.clock.settle()
    const [orders = 0, ticks = 0] = made.fetches()
    // Refused for its cursor: a gap, and a try without one, whose headers take their time.
    made.stream.refuse(410)
    made.stream.script({ open: { delay: 500 } })
    made.stream.drop()
    await made.clock.settle()
    await made.clock.advance(650)
    expect(made.sse.state.get().status).toBe('connecting')
    expect(made.fetches()).toEqual([orders, ticks, 1])
    await made.clock.advance(500)
    expect(made.sse.state.get().status).toBe('open')
    expect(made.fetches()).toEqual([orders + 1, ticks + 1, 1])
  })

  it.each([
    [false, [1, 1, 1]],
    [true, [2, 2, 1]],
  ])('the first opening with refetchOnConnect %s fetches %j', async (refetchOnConnect, fetches) => {
    const { watch, detail, list, other, clock, sse } = await shop(both, { refetchOnConnect }, { delay: 100 })
    watch(['orders', 'A'], detail)
    watch(['ticks'], list)
    watch(['users'], other)
    await clock.settle()
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(100)
    expect(sse.state.get().status).toBe('open')
    expect([detail, list, other].map(({ mock }) => mock.calls.length)).toEqual(fetches)
  })

  it('a client that is open when it is bound has opened already', async () => {
    const made = await loaded({})
    made.sse.connect()
    await made.stream.connected()
    made.stream.send('x', 0, { id: '5' })
    await made.clock.settle()
    expect(made.sse.lastEventId).toBe('5')
    bindQueryClient(made.sse, made.queryClient, both)
    await reopen(made)
    expect(made.fetches()).toEqual([2, 2, 1])
  })
})
