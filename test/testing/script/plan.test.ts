import type { Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { Plan } from '../../../testing/script/plan.ts'

const comment = (text: string): readonly Step[] => [{ comment: text }]

describe('a plan', () => {
  it('has nothing for any request, if there is no script', () => {
    const plan = new Plan([])
    expect([plan.isQueued, plan.take('')]).toEqual([false, undefined])
  })

  it('has the same steps for every request, without those that a client has', () => {
    const event: Step = { send: { id: '1' } }
    const plan = new Plan([event, { end: true }])
    expect(plan.isQueued).toBe(false)
    expect([plan.take(''), plan.take('1'), plan.take('')]).toEqual([
      [event, { end: true }],
      [{ end: true }],
      plan.take(''),
    ])
  })

  it('has one list for each of the first requests, whatever their last event id', () => {
    const plan = new Plan([[{ send: { id: '1' } }], comment('b')])
    expect(plan.isQueued).toBe(true)
    expect([plan.take('1'), plan.take(''), plan.take('')]).toEqual([[{ send: { id: '1' } }], comment('b'), undefined])
    expect(plan.isQueued).toBe(false)
  })

  it('takes what was added ahead of the steps for every request', () => {
    const plan = new Plan(comment('each'))
    plan.add(comment('a'))
    plan.add([])
    expect(plan.isQueued).toBe(true)
    expect([plan.take(''), plan.take(''), plan.take('')]).toEqual([comment('a'), [], comment('each')])
  })

  it('has nothing left after clear()', () => {
    const plan = new Plan(comment('each'))
    plan.add(comment('a'))
    plan.clear()
    expect([plan.isQueued, plan.take('')]).toEqual([false, undefined])
  })

  it('refuses a step that there is not, and one at the wrong time', () => {
    const wrong = [{ sned: {} }] as unknown as Step[]
    expect(() => new Plan(wrong)).toThrow(TypeError)
    expect(() => new Plan([]).add(wrong)).toThrow('{"sned":{}} is no step')
    expect(() => new Plan([]).add([{ send: {} }, { gap: {} }])).toThrow('clients believe that only of a stream')
  })
})
