import { test as base } from '@playwright/test'
import { createMockServer, type MockServer } from 'headwater/testing/node'

export { expect } from '@playwright/test'

/** Tests with a mock of their own, in their own process: they may run side by side. */
export const test = base.extend<{ mock: MockServer }>({
  mock: async ({ page }, use) => {
    const mock = await createMockServer({ replay: true })
    // The page asks where it always does, and is answered by the mock; the response streams as from anywhere else.
    await page.route('/api/**', (route) => {
      const { pathname, search } = new URL(route.request().url())
      return route.continue({ url: mock.url + pathname + search })
    })
    await use(mock)
    await mock.close()
  },
})
