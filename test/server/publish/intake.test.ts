import { type HubSchemas, InvalidEventError, type Published, type PublishOptions } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createIntake } from '../../../server/publish/intake.ts'
import type { Message } from '../../../server/publish/message.ts'
import type { Replacer } from '../../../server/wire/encode.ts'
import { type Answer, schema } from '../../support/schema.ts'

function setup(options: { replacer?: Replacer; schemas?: HubSchemas } = {}) {
  const clock = createClock()
  const sent: string[] = []
  const intake = createIntake({ clock, schemas: {}, ...options }, async ({ record }: Message): Promise<Published> => {
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
    expect(intake.check('n', { a: [12n] }, {})).toMatchObject({ record: { json: '{"a":["12"]}' } })
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

  it('passes by the schema of its name, which may change the data', async () => {
    const { intake, sent } = setup({
      schemas: {
        n: schema((value) => (typeof value === 'number' ? { value: value + 1 } : { issues: [{ message: 'no' }] })),
      },
    })
    await intake.send(intake.check('n', 1, {}))
    expect(sent).toEqual(['2'])
    expect(() => intake.check('n', 'one', {})).toThrow(InvalidEventError)
    await intake.send(intake.check('other', 'one', {}))
    expect(sent).toEqual(['2', '"one"'])
  })

  it('asks no schema about a name or a target that cannot be', () => {
    const validate = vi.fn(() => ({ value: 1 }))
    const { intake } = setup({ schemas: { n: schema(validate), gap: schema(validate) } })
    expect(() => intake.check('n', 1, { user: 'ada' })).toThrow(TypeError)
    expect(() => intake.check('gap', 1, {})).toThrow(TypeError)
    expect(validate).not.toHaveBeenCalled()
  })

  it('keeps its place while a schema takes its time: what is published later is sent later', async () => {
    const answers: ((answer: Answer) => void)[] = []
    const { intake, clock, sent } = setup({
      schemas: { slow: schema(() => new Promise<Answer>((resolve) => answers.push(resolve))) },
    })
    const publish = (type: string, data: unknown) => intake.send(intake.check(type, data, {}))
    const outcomes = Promise.allSettled([
      publish('slow', 1),
      publish('fast', 2),
      publish('slow', 3),
      publish('fast', 4),
    ])
    await clock.settle()
    expect(sent).toEqual([])
    answers[1]?.({ issues: [{ message: 'no' }] })
    await clock.settle()
    expect(sent).toEqual([])
    answers[0]?.({ value: 'one' })
    await clock.settle()
    expect(sent).toEqual(['"one"', '2', '4'])
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    publish('fast', 5)
    expect(sent.at(-1)).toBe('5')
  })

  it('goes on without an event that has an answer no more after ten seconds', async () => {
    const { intake, clock, sent } = setup({ schemas: { hung: schema(() => new Promise(() => {})) } })
    const hung = intake.send(intake.check('hung', 1, {}))
    intake.send(intake.check('n', 2, {}))
    const failed = expect(hung).rejects.toThrow('the schema of hung has failed: it did not answer within 10 s')
    await clock.advance(9999)
    expect(sent).toEqual([])
    await clock.advance(1)
    await failed
    expect(sent).toEqual(['2'])
    expect(clock.timers).toBe(0)
  })

  it('does not change who an event is for while its schema takes its time', async () => {
    const { intake } = setup({ schemas: { slow: schema(async (value) => ({ value })) } })
    const clientIds = ['c1']
    const options: PublishOptions = { clientIds }
    const message = intake.check('slow', 1, options)
    clientIds.push('c2')
    Object.assign(options, { clientIds: [] })
    expect(await message).toMatchObject({ record: { to: { clientIds: ['c1'] } } })
  })
})
