import { cleanStores } from 'nanostores'
import { expect, it } from 'vitest'
import { createNotifications } from '../../examples/nanostores/notifications.ts'
import { stage } from './stage.ts'

it('an atom of nanostores follows a store while somebody listens to it', async () => {
  const { sse, stream, clock, open, notify, expectReleased } = stage()
  const { $status, $unread } = createNotifications(sse)
  await clock.settle()
  expect(stream.requests).toHaveLength(0)
  const seen: unknown[] = []
  const off = $unread.subscribe((count) => seen.push(count))
  $status.listen(({ status }) => seen.push(status))
  await open()
  expect(seen).toEqual([0, 'connecting', 'open'])
  await notify(2)
  expect(seen.at(-1)).toBe(2)
  off()
  // What happens a second after the last listener has gone, and at once here.
  cleanStores($status, $unread)
  await expectReleased()
})
