import { expect, it } from 'vitest'
import { RESERVED, readControl } from '../src/protocol.ts'

it('reserves the names of our server, and no others', () => {
  expect(RESERVED).toEqual(['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye'])
})

it('reads what a reserved event carries', () => {
  expect(readControl('{"v":1,"recovered":true,"heartbeatMs":15000}')).toEqual({
    v: 1,
    recovered: true,
    heartbeatMs: 15_000,
  })
})

it.each(['', 'hello', '{"v":1', 'undefined', 'null', '[]', '1', '"v"'])(
  'finds no version in %j, and never throws',
  (raw) => {
    expect(readControl(raw).v).toBeUndefined()
  },
)
