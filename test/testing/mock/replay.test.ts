import { describe, expect, it } from 'vitest'
import { createReplay, type SentEvent } from '../../../testing/mock/replay.ts'

const event = (id: string, text = id): SentEvent => ({ type: 'tick', text, options: { id } })

describe('what is kept', () => {
  it('comes back from behind an id, in the order in which it was sent', () => {
    const replay = createReplay()
    for (const id of ['b', 'a', '10', '9']) replay.add(event(id))
    expect(replay.after('b')).toEqual([event('a'), event('10'), event('9')])
    expect(replay.after('10')).toEqual([event('9')])
    expect(replay.after('9')).toEqual([])
    expect(replay.last).toBe('9')
  })

  it('is nothing that could be told from behind an id that is not known', () => {
    const replay = createReplay()
    expect(replay.after('1')).toBeUndefined()
    replay.add(event('1'))
    expect(replay.after('2')).toBeUndefined()
    expect(replay.after('')).toBeUndefined()
  })

  it('is kept once: the same id sent to somebody else is the same event', () => {
    const replay = createReplay()
    for (const each of [event('1'), event('2', 'first'), event('2', 'second'), event('1')]) replay.add(each)
    expect(replay.after('1')).toEqual([event('2', 'first')])
    expect(replay.last).toBe('2')
  })

  it('has a number for the next, which none of it has as its id', () => {
    const replay = createReplay()
    expect(replay.nextId()).toBe('1')
    replay.add(event('a'))
    expect(replay.nextId()).toBe('2')
    replay.add(event('3'))
    replay.add(event('4'))
    expect(replay.nextId()).toBe('5')
    expect(replay.all).toEqual([event('a'), event('3'), event('4')])
  })

  it('is the newest, as many as there may be', () => {
    const replay = createReplay(2)
    for (const id of ['1', '2', '3', '2']) replay.add(event(id))
    expect(replay.all).toEqual([event('2'), event('3')])
    expect(replay.after('1')).toBeUndefined()
    expect(replay.nextId()).toBe('4')
  })

  it('is forgotten with clear()', () => {
    const replay = createReplay()
    replay.add(event('1'))
    replay.clear()
    expect([replay.after('1'), replay.last]).toEqual([undefined, ''])
  })
})
