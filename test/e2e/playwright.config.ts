import config from '../../examples/testing/playwright/playwright.config.ts'
import { PATIENCE } from './start.ts'

/*
 * The configuration of examples/testing/playwright, with limits that no machine meets, however busy.
 */

export default {
  ...config,
  testDir: '../../examples/testing/playwright',
  timeout: 5 * PATIENCE,
  expect: { timeout: PATIENCE },
  webServer: [config.webServer ?? []].flat().map((server) => ({ ...server, timeout: PATIENCE })),
}
