import { SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { group, idOf, pair, range, type Stage, type Tab, waiting } from './stage.ts'

/** Tabs leave, and miss more than the leader keeps for them. */
async function fallBehind(stage: Stage, ...tabs: readonly Tab[]): Promise<void> {
  stage.publish(2)
  await stage.run(10)
  for (const tab of tabs) tab.sse.disconnect()
  await stage.run(10)
  stage.publish(4500)
}

describe('a tab that comes back', () => {
  it('catches up over a connection of its own after too long, and goes on with the others', async () => {
    const [stage, a, b] = await pair()
    await fallBehind(stage, b)
    b.sse.connect()
    await stage.run(50)
    expect(stage.lines.map(({ name, request }) => [name, request.lastEventId])).toEqual([
      [a.name, ''],
      [b.name, idOf(2)],
    ])
    expect(stage.live).toHaveLength(1)
    stage.publish(2)
    await stage.run(50)
    expect(b.heard).toEqual(range(1, 4504))
    expect(b.opened.at(-1)?.recovered).toBe(true)
    expect(b.gaps).toEqual([])
    expect(stage.locks.held.filter((name) => name.endsWith('|late'))).toEqual([])
  })

  it('waits while another tab catches up, so that there are never more than two connections', async () => {
    const [stage, , ...others] = await group({}, {}, {}, {}, {})
    await fallBehind(stage, ...others)
    let most = 0
    stage.serve = (line) => {
      most = Math.max(most, stage.live.length)
      line.accept()
    }
    for (const tab of others) tab.sse.connect()
    await stage.run(100)
    stage.publish(1)
    await stage.run(10)
    expect(most).toBe(2)
    expect(stage.lines).toHaveLength(5)
    for (const tab of others) expect(tab.heard).toEqual(range(1, 4503))
    expect(stage.live).toHaveLength(1)
  })

  it('lets the next tab catch up if it leaves in the meantime', async () => {
    const [stage, , b, c] = (await group({}, {}, {})) as [Stage, Tab, Tab, Tab]
    await fallBehind(stage, b, c)
    stage.script.push(() => {})
    b.sse.connect()
    await stage.run(20)
    c.sse.connect()
    await stage.run(100)
    expect(c.status).toBe('connecting')
    b.sse.close()
    await stage.run(100)
    expect(c.heard).toEqual(range(1, 4502))
    expect(stage.live).toHaveLength(1)
  })

  it('gets the gap that the server reports on its own connection', async () => {
    const [stage, , b] = await pair()
    await fallBehind(stage, b)
    stage.script.push((line) => {
      line.greet()
      line.event('connected', { v: 1, clientId: 'x', recovered: false }, idOf(4502))
      line.event('gap', { reason: 'expired', requested: idOf(2), resumedFrom: idOf(4502) })
      line.event('live', {})
    })
    b.sse.connect()
    await stage.run(50)
    stage.publish(1)
    await stage.run(10)
    expect(b.gaps).toMatchObject([{ reason: 'expired' }])
    expect(b.opened.at(-1)?.recovered).toBe(false)
    expect(b.heard).toEqual([1, 2, 4503])
  })

  it('waits and tries again if its own connection fails', async () => {
    const [stage, , b] = await pair()
    await fallBehind(stage, b)
    stage.script.push((line) => line.end(new SSEError('network', 'gone')))
    b.sse.connect()
    await stage.run(50)
    expect(waiting(b)).toMatchObject({ status: 'waiting', attempt: 1, code: 'network' })
    await stage.run(2000)
    expect(b.heard).toEqual(range(1, 4502))
    expect(stage.live).toHaveLength(1)
  })

  // What `connect` throws ends up in the lock's request, where nobody hears of it.
  it('waits if its own connection throws', async () => {
    const [stage, , b] = await pair()
    await fallBehind(stage, b)
    stage.throwing = true
    b.sse.connect()
    await stage.run(50)
    expect(b.status).toBe('waiting')
  })
})
