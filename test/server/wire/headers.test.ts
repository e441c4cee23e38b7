import { expect, it } from 'vitest'
import { streamHeaders } from '../../../server/wire/headers.ts'

it.each<[heartbeat: number, more: object]>([
  [15_000, { 'x-sse-heartbeat': '15000' }],
  [0, {}],
])(
  'the headers of a stream with a heartbeat of %i ms keep it from being stored, changed and sniffed',
  (heartbeat, more) => {
    expect(Object.fromEntries(streamHeaders(heartbeat))).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      ...more,
    })
  },
)
