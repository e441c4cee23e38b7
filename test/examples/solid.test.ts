import { createEffect, createRoot } from 'solid-js'
import { expect, it } from 'vitest'
import { createNotifications } from '../../examples/solid/notifications.ts'
import { stage } from './stage.ts'

it("Solid's from() takes a store, and effects follow it", async () => {
  const { sse, open, notify, expectReleased } = stage()
  const seen: unknown[] = []
  const dispose = createRoot((dispose) => {
    const { isConnected, unread } = createNotifications(sse)
    createEffect(() => seen.push([isConnected(), unread()]))
    return dispose
  })
  expect(seen).toEqual([[false, 0]])
  await open()
  expect(seen.at(-1)).toEqual([true, 0])
  await notify(2)
  expect(seen.at(-1)).toEqual([true, 2])
  dispose()
  const { length } = seen
  await notify()
  expect(seen).toHaveLength(length)
  await expectReleased()
})
