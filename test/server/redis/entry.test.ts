import { describe, expect, it } from 'vitest'
import { complete, decodeEntry, encodeRecord, idOf, lastLost, type Stored, seqOf } from '../../../server/redis/entry.ts'
import { record } from '../../support/event-log.ts'

const stored: Stored = { entry: { ...record('1'), seq: 1 }, epoch: 'e', uid: 'u' }
const lost: Stored = { ...stored, isLost: true }

describe('an entry in Redis', () => {
  it('is the same when it is read', () => {
    const whole = { type: 'a', json: '{"ü":"\\n\u2028😀"}', to: { userId: 'ada' }, at: 7, key: 'k' }
    for (const each of [whole, record('""')]) {
      const [rest, json] = encodeRecord(each)
      expect(decodeEntry(['5-0', ['e', 'epoch', 'u', 'node.1.0', 'm', rest, 'd', json]])).toEqual({
        entry: { ...each, seq: 5 },
        epoch: 'epoch',
        uid: 'node.1.0',
      })
    }
  })

  it('names the shard of its payload, and has none until that has been read', () => {
    const [rest, json] = encodeRecord(record('"long"'), '2/1700000000000-0')
    expect(json).toBe('')
    expect(decodeEntry(['5-0', ['e', 'epoch', 'u', 'node.1.0', 'm', rest, 'd', json]])).toEqual({
      entry: { ...record(''), seq: 5 },
      epoch: 'epoch',
      uid: 'node.1.0',
      payload: '2/1700000000000-0',
    })
  })

  it('is lost without its payload from a shard', () => {
    expect(complete(stored, '"a"')).toEqual({ ...stored, entry: { ...stored.entry, json: '"a"' } })
    expect(complete(stored, '').isLost).toBeUndefined()
    expect(complete(stored, undefined)).toEqual({ ...stored, isLost: true })
  })

  it.each([
    ['none', [], -1],
    ['one that no log has written', [undefined], -1],
    ['one that is not lost', [stored], -1],
    ['a lost one at the begin', [lost, stored], 0],
    ['two lost ones', [lost, stored, lost, undefined, stored], 2],
  ])('the last lost entry is found in a list with %s', (_, list, place) => {
    expect(lastLost(list)).toBe(place)
  })

  it.each<[what: string, id: string, fields: string[]]>([
    ['another id', '5-1', ['e', 'x', 'u', 'x', 'm', '{}', 'd', '1']],
    ['an id from the clock', '1700000000000-3', ['e', 'x', 'u', 'x', 'm', '{}', 'd', '1']],
    ['other fields', '5-0', ['hello', 'world']],
    ['no fields', '5-0', []],
    ['a field too many', '5-0', ['e', 'x', 'u', 'x', 'm', '{}', 'd', '1', 'f', '1']],
    ['no epoch', '5-0', ['e', '', 'u', 'x', 'm', '{}', 'd', '1']],
    ['no JSON', '5-0', ['e', 'x', 'u', 'x', 'm', '{', 'd', '1']],
  ])('is none with %s', (_, id, fields) => {
    expect(decodeEntry([id, fields])).toBeUndefined()
  })

  it.each([
    ['1-0', 1],
    ['9007199254740991-0', 9_007_199_254_740_991],
    ['0-0', undefined],
    ['01-0', undefined],
    ['1', undefined],
    ['', undefined],
  ])('has with the id %j the number %s', (id, seq) => {
    expect(seqOf(id)).toBe(seq)
    if (seq) expect(idOf(seq)).toBe(id)
  })
})
