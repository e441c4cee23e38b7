import { type EventLog, LogUnavailableError, memoryLog } from 'headwater/server'
import { expect, it, vi } from 'vitest'
import { logWith } from '../../support/event-log.ts'
import { hubBench, ORIGIN } from '../../support/reader.ts'

/** A hub that has read up to 2 of a log that has 3, and reads the rest when a client needs it. */
async function behind(reach?: EventLog['reach']) {
  const inner = memoryLog()
  const rest = (): void => void inner.append({ type: 'n', json: '3', to: {}, at: 5 })
  const asked = vi.fn(reach ?? (async () => rest()))
  const onError = vi.fn()
  const bench = hubBench({ log: logWith({ reach: asked }, inner), onError })
  for (const n of [1, 2]) await bench.hub.publish('n', n)
  return { ...bench, asked, onError, epoch: inner.epoch }
}

it('a client with a cursor ahead of this process resumes without a gap', async () => {
  const { stream, asked, epoch } = await behind()
  const { find } = await stream(`?lastEventId=${epoch}-3`)
  expect(find('connected')).toMatchObject({ recovered: true, cursor: `${epoch}-3` })
  expect(asked.mock.calls).toEqual([[epoch, 3]])
})

it('a client with a cursor of another epoch has the log read on first', async () => {
  const { stream, asked } = await behind()
  const { find } = await stream('?lastEventId=abcdefgh-1')
  expect(find('gap')).toMatchObject({ reason: 'epoch' })
  expect(asked.mock.calls).toEqual([['abcdefgh', 1]])
})

it.each(['', '?lastEventId=nothing', '?lastEventId=earliest', undefined])(
  'a client with the query %j asks the log nothing',
  async (query) => {
    const { stream, asked, epoch } = await behind()
    await stream(query ?? `?lastEventId=${epoch}-2`)
    expect(asked).not.toHaveBeenCalled()
  },
)

it('a client with a cursor ahead of this process is refused while the log cannot be reached', async () => {
  const failure = new LogUnavailableError('no Redis', false)
  const { epoch, onError, hub } = await behind(() => Promise.reject(failure))
  const response = await hub.fetch(new Request(`${ORIGIN}/events?lastEventId=${epoch}-3`))
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await response.json()).toEqual({
    error: { code: 'log', message: 'the log cannot be reached, and has to be for this cursor' },
  })
  expect(onError).toHaveBeenCalledWith(failure, 'log')
  expect(hub.stats().clients).toBe(0)
})
