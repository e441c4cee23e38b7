import { expect, test } from './mock.ts'

/*
 * The server in the test's own process: everything that headwater/testing can do.
 */

test('shows an order as it comes', async ({ page, mock }) => {
  await page.goto('/')
  await mock.connected()
  await mock.send('order.created', { id: 'A-1', total: 40 })
  await expect(page.getByRole('listitem')).toHaveText(['A-1: 40'])
})

test('comes back after a break, and misses nothing', async ({ page, mock }) => {
  await page.goto('/')
  const connection = await mock.connected()
  await connection.send('order.created', { id: 'A-1', total: 40 }, { id: '1' })
  await expect(page.getByRole('listitem')).toHaveCount(1)
  await connection.drop()
  // Nobody is there to be sent this one; `replay` keeps it, as a server with a log does.
  await mock.send('order.created', { id: 'A-2', total: 50 }, { id: '2' })
  await expect(page.getByRole('listitem')).toHaveText(['A-1: 40', 'A-2: 50'])
  expect(mock.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
})

test('tries again when it is refused', async ({ page, mock }) => {
  // Long enough to be seen.
  mock.refuse(503, { 'retry-after': '2' })
  await page.goto('/')
  await expect(page.locator('#line')).toHaveText('reconnecting')
  await expect(page.locator('#line')).toHaveText('live')
  expect(mock.requests).toHaveLength(2)
})

test('says so when orders were lost', async ({ page, mock }) => {
  await page.goto('/')
  await mock.connected()
  await expect(page.locator('#hint')).toBeHidden()
  await mock.gap()
  await expect(page.locator('#hint')).toBeVisible()
})
