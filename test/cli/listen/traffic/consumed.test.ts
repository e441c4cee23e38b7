import { expect, it } from 'vitest'
import { type Consumed, watchConsumed } from '../../../../cli/listen/traffic/consumed.ts'

function setup() {
  const consumed: Consumed[] = []
  const { onReport, observer } = watchConsumed((event) => consumed.push(event))
  const event = (type: string, id?: string) => onReport({ kind: 'event', type, data: 'd', id })
  return { consumed, onReport, observer, event }
}

const shown = { data: { kind: 'text', text: 'd' }, id: '', raw: 'd', receivedAt: 0 } as const

it('finds what went in and came to nobody', () => {
  const { consumed, onReport, observer, event } = setup()
  event('a', '1')
  observer.onEvent?.({ type: 'a', ...shown })
  onReport({ kind: 'handled' })
  event('b', '2')
  onReport({ kind: 'handled' })
  event('c')
  observer.onInvalid?.({ type: 'c', ...shown, error: new Error('bad') })
  onReport({ kind: 'handled' })
  expect(consumed).toEqual([{ type: 'b', data: 'd', id: '2', isRepeat: true }])
})

it.each(['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye'])("knows %s as the server's own", (type) => {
  const { consumed, onReport, event } = setup()
  event(type)
  onReport({ kind: 'handled' })
  expect(consumed).toEqual([{ type, data: 'd', id: undefined, isRepeat: false }])
})
