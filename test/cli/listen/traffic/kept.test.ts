import { expect, it } from 'vitest'
import { createKeeper, type Kept } from '../../../../cli/listen/traffic/kept.ts'

function keep() {
  const kept: Kept[] = []
  const { hear, observer } = createKeeper((event) => kept.push(event))
  const event = (type: string, id?: string) => hear({ kind: 'event', type, data: 'd', id })
  return { kept, hear, observer, event }
}

const shown = { data: { kind: 'text', text: 'd' }, id: '', raw: 'd', receivedAt: 0 } as const

it('finds what went in and came to nobody', () => {
  const { kept, hear, observer, event } = keep()
  event('a', '1')
  observer.onEvent?.({ type: 'a', ...shown })
  hear({ kind: 'handled' })
  event('b', '2')
  hear({ kind: 'handled' })
  event('c')
  observer.onInvalid?.({ type: 'c', ...shown, error: new Error('bad') })
  hear({ kind: 'handled' })
  expect(kept).toEqual([{ type: 'b', data: 'd', id: '2', isRepeat: true }])
})

it.each(['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye'])("knows %s as the server's own", (type) => {
  const { kept, hear, event } = keep()
  event(type)
  hear({ kind: 'handled' })
  expect(kept).toEqual([{ type, data: 'd', id: undefined, isRepeat: false }])
})
