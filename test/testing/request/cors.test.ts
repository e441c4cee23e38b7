import { expect, it } from 'vitest'
import { everyOrigin } from '../../../testing/request/cors.ts'

it.each([
  ['https://shop.test', 'https://shop.test'],
  // Sandboxed pages and files say so.
  ['null', 'null'],
  [null, '*'],
  [undefined, '*'],
])('a page of origin %s is let in as %s, with credentials, and sees what a client looks at', (origin, allowed) => {
  expect(everyOrigin(origin)).toEqual({
    'access-control-allow-origin': allowed,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after, date, x-sse-heartbeat',
  })
})
