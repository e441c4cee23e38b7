import { createHub, memoryLog } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { hubBench, ORIGIN, read } from '../support/reader.ts'

describe('a heartbeat', () => {
  it('comes after a silence, as a comment, without an id that is no news', async () => {
    const { hub, stream, clock } = hubBench({ heartbeat: 10_000 })
    const { text } = await stream()
    const quiet = text()
    await clock.advance(9_000)
    expect(text()).toBe(quiet)
    await hub.publish('x', 1)
    await clock.advance(9_000)
    expect(text()).not.toContain(': ping')
    await clock.advance(2_000)
    expect(text()).toMatch(/\n\n: ping\n\n$/)
  })

  it('is an event where comments are not heard', async () => {
    const { stream, clock } = hubBench({ heartbeat: 10_000 })
    const { events } = await stream('?heartbeat=event')
    await clock.advance(11_000)
    expect(events().at(-1)).toEqual({ type: 'ping', data: { t: expect.any(Number) }, id: undefined })
  })

  it.each([
    ['a comment', '?user=bob', /: ping\nid: (\w+-2)\n\n$/],
    ['an event', '?user=bob&heartbeat=event', /id: (\w+-2)\nevent: ping\ndata: .*\n\n$/],
  ])('takes clients along, as %s, that had none of the last events', async (_, query, expected) => {
    const { hub, stream, clock } = hubBench({ heartbeat: 10_000 })
    const { text } = await stream(query)
    await hub.toUser('ada', 'x', 1)
    await hub.toUser('ada', 'x', 2)
    await clock.advance(11_000)
    expect(text()).toMatch(expected)
  })

  it('is early for those who would fall out of the log', async () => {
    const { hub, stream, clock } = hubBench({ log: memoryLog({ size: 10 }) })
    const { text, find } = await stream('?user=bob')
    const epoch = find('connected')?.['epoch']
    for (let n = 1; n <= 10; n++) await hub.toUser('ada', 'x', n)
    await clock.advance(1000)
    expect(text()).not.toContain(`${epoch}-10`)
    await hub.toUser('ada', 'x', 11)
    await clock.advance(1000)
    expect(text()).toContain(`id: ${epoch}-11`)
  })

  it.each([false, 0, Infinity] as const)('is neither sent nor announced with %s', async (heartbeat) => {
    const { stream, clock } = hubBench({ heartbeat, maxAge: Infinity })
    const { text, response, find } = await stream()
    const quiet = text()
    await clock.advance(3_600_000)
    expect(text()).toBe(quiet)
    expect(find('connected')).not.toHaveProperty('heartbeatMs')
    expect(response.headers.has('x-sse-heartbeat')).toBe(false)
  })

  it('takes no timer once every client has left', async () => {
    const { hub, stream, clock } = hubBench()
    const reader = await stream()
    expect(clock.timers).toBe(1)
    await reader.leave()
    await clock.advance(2000)
    expect(clock.timers).toBe(0)
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { closed: 1 } })
  })
})

describe('the end of a stream', () => {
  it('comes when its principal expires', async () => {
    const { hub, clock } = hubBench()
    const own = createHub({ authenticate: () => ({ userId: 'ada', expires: new Date(clock.now() + 60_000) }), clock })
    const { ended } = read(await own.fetch(new Request(ORIGIN)))
    await clock.advance(59_000)
    expect(ended()).toBeUndefined()
    await clock.advance(2_000)
    expect(ended()).toBe('end')
    expect(own.stats().endings.expired).toBe(1)
    await hub.close()
  })

  it('comes in every tab when its user is kicked', async () => {
    const { hub, stream, clock } = hubBench()
    const [one, two, other] = [await stream('?user=ada'), await stream('?user=ada'), await stream('?user=bob')]
    expect(hub.kick({ userId: 'ada' })).toBe(2)
    expect(hub.kick({ userId: 'ada' })).toBe(0)
    await clock.settle()
    expect([one.ended(), two.ended(), other.ended()]).toEqual(['end', 'end', undefined])
  })

  it('comes after a goodbye when it has been open for long enough', async () => {
    const { hub, stream, clock } = hubBench({ maxAge: 100_000 })
    const { find, ended } = await stream()
    await clock.advance(99_000)
    expect(find('goodbye')).toBeUndefined()
    await clock.advance(1_000)
    expect(find('goodbye')).toEqual({ reconnectInMs: 0 })
    await hub.publish('x', 1)
    expect(ended()).toBeUndefined()
    await clock.advance(3_000)
    expect(ended()).toBe('end')
    expect(hub.stats().endings['max-age']).toBe(1)
  })

  it.each([undefined, null, 'ada', {}, { userId: undefined }, { userId: 'ada', sessionId: 'session-of-ada' }])(
    'comes to no client if kick is called with %j',
    async (which) => {
      const { hub, stream } = hubBench()
      const { ended } = await stream('?user=ada')
      expect(() => hub.kick(which as never)).toThrow(/^kick expects \{ userId \}, \{ sessionId \} or \{ clientId \}/)
      expect(ended()).toBeUndefined()
    },
  )

  it('comes to one session, or one stream, if that is kicked', async () => {
    const { hub, stream, clock } = hubBench()
    const [ada, bob, other] = [await stream('?user=ada'), await stream('?user=bob'), await stream('?user=bob')]
    expect(hub.kick({ sessionId: 'session-of-ada' })).toBe(1)
    expect(hub.kick({ clientId: `${bob.find('connected')?.['clientId']}` })).toBe(1)
    expect(hub.kick({ clientId: 'gone' })).toBe(0)
    await clock.settle()
    expect([ada.ended(), bob.ended(), other.ended()]).toEqual(['end', 'end', undefined])
  })

  it('leaves nothing behind though its principal is another by now', async () => {
    const principal: { userId: string } = { userId: 'ada' }
    const { hub, stream } = hubBench({ authenticate: () => principal })
    const reader = await stream()
    principal.userId = 'bob'
    await reader.leave()
    expect(hub.stats()).toMatchObject({ clients: 0, users: 0 })
    expect(hub.kick({ userId: 'ada' })).toBe(0)
  })

  it.each([0, Infinity])('does not come by its age if maxAge is %s', async (maxAge) => {
    const { stream, clock } = hubBench({ maxAge })
    const { find } = await stream()
    await clock.advance(3_600_000)
    expect(find('goodbye')).toBeUndefined()
  })

  it('comes at another time for each', async () => {
    const answers = [0, 0.999]
    const clock = createClock({ random: () => answers.shift() ?? 0.5 })
    const { stream } = hubBench({ maxAge: 100_000, clock })
    const [early, late] = [await stream(), await stream()]
    await clock.advance(81_000)
    expect([early.find('goodbye'), late.find('goodbye')]).toEqual([{ reconnectInMs: 0 }, undefined])
    await clock.advance(38_000)
    expect(late.find('goodbye')).toBeUndefined()
    await clock.advance(2_000)
    expect(late.find('goodbye')).toBeDefined()
  })
})

describe('closing', () => {
  it('asks everybody to come back, each at another time, and lets nobody in', async () => {
    const answers = [0.5, 0.5, 0.1, 0.9]
    const clock = createClock({ random: () => answers.shift() ?? 0.5 })
    const { hub, stream, ask } = hubBench({ clock })
    const [one, two] = [await stream(), await stream()]
    const closed = hub.close({ drain: 10_000 })
    await clock.settle()
    expect([one.find('goodbye'), two.find('goodbye')]).toEqual([{ reconnectInMs: 900 }, { reconnectInMs: 8100 }])
    const refused = await ask('/events')
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'closing' } } })
    expect(refused.headers.get('retry-after')).toBe('10')
    expect((await ask('/events/health')).status).toBe(503)
    await expect(hub.publish('x', 1)).resolves.toMatchObject({ delivered: 2 })
    await clock.advance(3000)
    expect([one.ended(), two.ended()]).toEqual(['end', undefined])
    await clock.advance(7000)
    await closed
    expect(two.ended()).toBe('end')
    expect(hub.stats()).toMatchObject({ clients: 0, endings: { drained: 2 } })
    expect(clock.timers).toBe(0)
    await expect(hub.publish('x', 1)).rejects.toThrow('the hub has been closed')
  })

  it('is over as soon as every client has left', async () => {
    const { hub, stream, clock } = hubBench()
    const reader = await stream()
    const closed = hub.close({ drain: 600_000 })
    await reader.leave()
    await closed
    expect(clock.timers).toBe(0)
    expect(hub.stats().endings).toMatchObject({ drained: 1, closed: 0 })
  })

  it('at once is at once, and twice is once', async () => {
    const { hub, stream, clock } = hubBench()
    const { ended, find } = await stream()
    await Promise.all([hub.close(), hub.close({ drain: 5000 })])
    await clock.settle()
    expect(ended()).toBe('end')
    expect(find('goodbye')).toEqual({ reconnectInMs: 0 })
  })

  it.each([-1, Number.NaN, Infinity])('refuses to drain for %s', (drain) => {
    expect(() => createHub().close({ drain })).toThrow(TypeError)
  })

  it('refuses milliseconds in place of options, which would end all streams at once', () => {
    expect(() => createHub().close(5000 as never)).toThrow('close expects { drain: milliseconds }, got 5000')
  })
})
