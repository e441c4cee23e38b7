import { effect } from '@preact/signals-core'
import { expect, it } from 'vitest'
import { createNotifications } from '../../examples/preact-signals/notifications.ts'
import { stage } from './stage.ts'

it('a Preact signal follows a store while it is read', async () => {
  const { sse, stream, clock, open, notify, expectReleased } = stage()
  const { status, unread } = createNotifications(sse)
  await clock.settle()
  expect(stream.requests).toHaveLength(0)
  const seen: unknown[] = []
  const watch = () => effect(() => void seen.push([status.value.status, unread.value]))
  const off = watch()
  await open()
  expect(seen.at(-1)).toEqual(['open', 0])
  await notify(2)
  expect(seen.at(-1)).toEqual(['open', 2])
  off()
  const { length } = seen
  await notify()
  expect(seen).toHaveLength(length)
  await expectReleased()
  // Whoever comes back sees how things stand, not how they stood.
  const offAgain = watch()
  expect(seen.at(-1)).toEqual(['idle', 2])
  await open()
  expect(seen.at(-1)).toEqual(['open', 2])
  offAgain()
  await expectReleased()
})
