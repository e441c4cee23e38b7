import { SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { payloadParser } from '../../../../cli/listen/output/payload.ts'
import { createTally } from '../../../../cli/listen/stats/tally.ts'

it('counts what observers and the transport report', async () => {
  const clock = createClock()
  const tally = createTally(clock)
  const { observer } = tally
  const error = new SSEError('network', 'x')
  observer.onState?.({ status: 'connecting', attempt: 0 })
  tally.onReport({ kind: 'opening', requested: '' })
  observer.onState?.({ status: 'open', since: 0, attempt: 0 })
  const data = payloadParser('text')('é', '') as { kind: 'text'; text: string }
  observer.onEvent?.({ type: 'tick', data, id: '', raw: 'é', receivedAt: clock.now() })
  tally.shown()
  tally.onReport({ kind: 'comment', text: '' })
  tally.onReport({ kind: 'event', type: 'ping', data: '', id: undefined })
  tally.onReport({ kind: 'event', type: 'tick', data: '', id: undefined })
  tally.onReport({ kind: 'handled' })
  tally.onConsumed({ type: 'tick', data: '', id: '1', isRepeat: true })
  tally.onConsumed({ type: 'live', data: '', id: undefined, isRepeat: false })
  await clock.advance(500)
  observer.onState?.({ status: 'waiting', attempt: 1, until: 0, error })
  observer.onRetry?.({ attempt: 1, until: 0, delay: 0, error })
  await clock.advance(500)
  observer.onState?.({ status: 'closed', error })
  observer.onGap?.({ reason: 'x', certain: true, requested: '', resumedFrom: '', topics: [] })
  observer.onInvalid?.({ type: 'tick', id: '', raw: '', receivedAt: 0, error })
  expect(tally.stats).toMatchObject({
    startedAt: clock.now() - 1000,
    events: 1,
    shown: 1,
    bytes: 2,
    heartbeats: 2,
    opened: 1,
    openFor: 500,
    openSince: undefined,
    retries: 1,
    gaps: 1,
    invalid: 1,
    repeats: 1,
  })
})
