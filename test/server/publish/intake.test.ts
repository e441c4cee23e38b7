import type { Published } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createIntake } from '../../../server/publish/intake.ts'
import type { Message } from '../../../server/publish/publish.ts'
import type { Replacer } from '../../../server/wire/encode.ts'

function setup(options: { replacer?: Replacer } = {}) {
  const clock = createClock()
  const sent: string[] = []
  const intake = createIntake({ clock, ...options }, async ({ record }: Message): Promise<Published> => {
    sent.push(record.json)
    return { id: record.json, delivered: 0 }
  })
  return { clock, sent, intake }
}

describe('the way of an event to the log', () => {
  it('begins with a check, at the time of the call', () => {
    const { intake, clock } = setup()
    expect(intake.check('n', { a: 1 }, { userId: 'ada', key: 'k' })).toEqual({
      volatile: false,
      window: 0,
      record: { type: 'n', json: '{"a":1}', to: { userId: 'ada' }, key: 'k', at: clock.now() },
    })
    expect(() => intake.check('n', 1n, {})).toThrow(/^the data of n cannot be sent as JSON: .*BigInt/)
    expect(() => intake.check('gap', 1, {})).toThrow(TypeError)
    expect(() => intake.check('n', 1, { user: 'ada' })).toThrow(TypeError)
  })

  it('replaces what JSON cannot say', () => {
    const { intake } = setup({ replacer: (_, value) => (typeof value === 'bigint' ? `${value}` : value) })
    expect(intake.check('n', { a: [12n] }, {}).record.json).toBe('{"a":["12"]}')
  })

  it('waits for the end of a window', async () => {
    const { intake, clock, sent } = setup()
    const publish = (data: unknown) => intake.send(intake.check('n', data, { key: 'k', window: 100 }))
    const outcomes = Promise.all([publish(1), publish(2), publish(3)])
    expect(sent).toEqual(['1'])
    await clock.advance(100)
    expect(sent).toEqual(['1', '3'])
    expect(await outcomes).toEqual([
      { id: '1', delivered: 0 },
      { id: '', delivered: 0, superseded: true },
      { id: '3', delivered: 0 },
    ])
  })

  it('ends at once when the hub closes, and is dropped when it is reset', async () => {
    const { intake, sent } = setup()
    const publish = (data: unknown) => intake.send(intake.check('n', data, { key: 'k', window: 100 }))
    publish(1)
    const dropped = publish(2)
    intake.reset()
    expect(await dropped).toMatchObject({ superseded: true })
    publish(3)
    publish(4)
    await intake.close()
    expect(sent).toEqual(['1', '3', '4'])
  })
})
