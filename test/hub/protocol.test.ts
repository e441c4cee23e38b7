import { describe, expect, it } from 'vitest'
import { isBehind, RESERVED, readComment, readControl, topicOf, VERSION } from '../../src/hub/protocol.ts'

it('reserves the names of our server, and no others', () => {
  expect(RESERVED).toEqual(['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye'])
})

it('is version 1 of the protocol', () => {
  expect(VERSION).toBe(1)
})

describe('the payload of a reserved event', () => {
  it('is read as it is', () => {
    expect(readControl('{"v":1,"recovered":true,"heartbeatMs":15000}')).toEqual({
      v: 1,
      recovered: true,
      heartbeatMs: 15_000,
    })
  })

  it.each(['', 'hello', '{"v":1', 'undefined', 'null', '[]', '1', '"v"'])(
    'has no version in %j, and never throws',
    (raw) => {
      expect(readControl(raw).v).toBeUndefined()
    },
  )
})

describe('an id of our server', () => {
  it.each([
    // The cursor, the id of an event, whether the event lies at or before the cursor.
    ['k3f9x2ab-10', 'k3f9x2ab-11', false],
    ['k3f9x2ab-10', 'k3f9x2ab-10', true],
    ['k3f9x2ab-10', 'k3f9x2ab-9', true],
    ['k3f9x2ab-10', 'k3f9x2ab-0', true],
    ['k3f9x2ab-9', 'k3f9x2ab-10', false],
    ['k3f9x2ab-10', 'p0d1q7zz-1', false],
    ['k3f9x2ab-10', 'k3f9x2a-1', false],
    ['k3f9x2ab-10', 'something', false],
    ['k3f9x2ab-10', '5', false],
    ['k3f9x2ab-10', '', false],
    ['', 'k3f9x2ab-1', false],
    ['', '', false],
    ['41', '40', false],
    ['k3f9-x2ab-10', 'k3f9-x2ab-11', false],
    ['k3f9-x2ab-10', 'k3f9-x2ab-9', true],
    ['k3f9x2ab-10', 'k3f9x2ab-nine', false],
    ['k3f9x2ab-ten', 'k3f9x2ab-9', false],
  ])('relative to the cursor %j, %j lies at or before it: %j', (cursor, id, expected) => {
    expect(isBehind(id, cursor)).toBe(expected)
  })
})

describe('the topic of an event', () => {
  it.each([
    ['topic orders', 'orders'],
    ['topic 注文', '注文'],
    ['topic a.b:c/d-e_f', 'a.b:c/d-e_f'],
    ['topic *', '*'],
    ['topic', undefined],
    ['topic ', undefined],
    ['topic  orders', undefined],
    ['topic orders ', undefined],
    ['topic a b', undefined],
    ['topical', undefined],
    [' topic orders', undefined],
    ['Topic orders', undefined],
    ['a topic orders', undefined],
    ['', undefined],
  ])('is announced by the comment %j: %j', (comment, topic) => {
    expect(readComment(comment)).toBe(topic)
  })

  it.each([
    ['tick', {}, undefined],
    ['tick', { topic: 'orders' }, 'orders'],
    ['tick', { topic: 'orders', event: 'tick' }, 'orders'],
    ['tick', { topic: 'orders', event: 'other' }, undefined],
    ['tick', { event: 'tick' }, undefined],
  ])('for an event %j after %j is %j', (type, announced, topic) => {
    expect(topicOf(type, announced)).toBe(topic)
  })
})
