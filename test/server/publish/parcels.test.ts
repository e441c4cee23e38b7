import type { LogEntry } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import type { Ask } from '../../../server/publish/filter.ts'
import { createParcels } from '../../../server/publish/parcels.ts'
import { testClient } from '../../support/hub.ts'
import { parseChunks } from '../../support/wire.ts'

const entry = (seq = 1): LogEntry => ({ type: 'n', json: '1', to: { topic: 'a' }, at: 0, seq })
const client = testClient({ topics: ['a'] })

describe('the bytes of an entry', () => {
  it('are made once, for all parcels of that entry, in both forms', () => {
    const parcels = createParcels(undefined, () => {})
    const own = entry()
    const [one, other] = [parcels.ofEntry(own, 'x-1'), parcels.ofEntry(own, 'x-1')]
    const [plain, native] = [one.bytes(false), one.bytes(true)]
    expect([other.bytes(true), other.bytes(false)]).toEqual([native, plain])
    expect(other.bytes(true)).toBe(native)
    expect(other.bytes(false)).toBe(plain)
    const later = parcels.ofEntry(own, 'x-1')
    expect(later.bytes(true)).toBe(native)
    expect(later.bytes(false)).toBe(plain)
  })

  it('can be had without a parcel once they are made, in the form that is asked for', () => {
    const parcels = createParcels(undefined, () => {})
    const own = entry()
    expect(parcels.keptBytes(own, false)).toBeUndefined()
    const plain = parcels.ofEntry(own, 'x-1').bytes(false)
    expect([parcels.keptBytes(own, false), parcels.keptBytes(own, true)]).toEqual([plain, undefined])
    const native = parcels.ofEntry(own, 'x-1').bytes(true)
    expect(parcels.keptBytes(own, true)).toBe(native)
    const forAll: LogEntry = { ...entry(2), to: {} }
    const shared = parcels.ofEntry(forAll, 'x-2').bytes(false)
    expect(parcels.keptBytes(forAll, true)).toBe(shared)
  })

  it('are not those of another entry, though it has the same number: the log has begun again', () => {
    const parcels = createParcels(undefined, () => {})
    const before = parcels.ofEntry(entry(), 'x-1').bytes(false)
    expect(parcels.ofEntry(entry(), 'y-1').bytes(false)).not.toEqual(before)
  })

  it('are not those of the same event with an id of its own', () => {
    const parcels = createParcels(undefined, () => {})
    const own = entry()
    parcels.ofEntry(own, 'x-1').bytes(false)
    expect(parseChunks([parcels.ofRecord(own, 'x-1.m7').bytes(false)])).toContainEqual(['block', 'n', '1', 'x-1.m7'])
    expect(parseChunks([parcels.ofEntry(own, 'x-1').bytes(false)])).toContainEqual(['block', 'n', '1', 'x-1'])
  })
})

describe('a filter that fails', () => {
  const broken: Ask = (_, __, failed) => {
    failed(new Error('oops'))
    return false
  }

  it('is reported once for an entry, however many parcels are made of it, and again for the next entry', () => {
    const failed = vi.fn()
    const parcels = createParcels(broken, failed)
    const own = entry()
    for (const _ of [1, 2]) expect(parcels.ofEntry(own, 'x-1').isFor(client)).toBe(false)
    expect(failed).toHaveBeenCalledTimes(1)
    parcels.ofEntry(entry(2), 'x-2').isFor(client)
    expect(failed.mock.calls).toEqual([[new Error('oops')], [new Error('oops')]])
  })
})
