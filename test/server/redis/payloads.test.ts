import { describe, expect, it, vi } from 'vitest'
import type { Stored } from '../../../server/redis/entry.ts'
import { createPayloads, ShardError } from '../../../server/redis/payloads.ts'
import { FETCH, FORGET, PUT } from '../../../server/redis/scripts.ts'
import { record } from '../../support/event-log.ts'

/** Scripts by what they do. */
const NAMES = new Map([
  [PUT, 'put'],
  [FETCH, 'fetch'],
  [FORGET, 'forget'],
])

/** A Redis that keeps payloads in a map, by the key of their shard. */
function connect(options: { readonly fails?: (key: string) => boolean } = {}) {
  const streams = new Map<string, Map<string, readonly string[]>>()
  const calls: string[] = []
  const link = {
    ready: async () => true,
    async call(_: string, [script, , key, ...rest]: readonly (string | number)[]): Promise<unknown> {
      const name = NAMES.get(`${script}`)
      calls.push(`${name} ${key}`)
      if (options.fails?.(`${key}`)) throw new Error('OOM')
      const stream = streams.get(`${key}`) ?? new Map<string, readonly string[]>()
      streams.set(`${key}`, stream)
      if (name === 'forget') return stream.clear()
      const args = rest.map(String)
      if (name === 'fetch')
        return args.flatMap((id, n) => {
          const [uid, payload] = stream.get(id) ?? []
          return n % 2 ? [] : uid === args[n + 1] ? payload : null
        })
      const [, batch, ...payloads] = args
      return payloads.map((payload, n) => {
        const id = `${1_700_000_000_000 + stream.size}-0`
        stream.set(id, [`${batch}.${n}`, payload])
        return id
      })
    },
  }
  return { link, calls, streams }
}

const settings = { prefix: 'shop', kept: 10_000, shards: 3, timeout: 100 }

/** The entries of a batch, as they are found in the log. */
const entriesOf = (batch: string, places: readonly string[]): Stored[] =>
  places.map((payload, n) => ({ entry: { ...record(''), seq: n + 1 }, epoch: 'e', uid: `${batch}.${n}`, payload }))

describe('payloads in shards', () => {
  it('payloads go to each shard in turn, a batch to one', async () => {
    const { link, calls } = connect()
    const payloads = createPayloads(settings, link)
    for (let n = 0; n < 6; n++) await payloads.write(`b${n}`, ['1', '2'], 10)
    expect(calls).toHaveLength(6)
    expect(calls.slice(0, 3)).toEqual(calls.slice(3))
    expect([...calls.slice(0, 3)].sort()).toEqual([
      'put {shop:0}:payloads',
      'put {shop:1}:payloads',
      'put {shop:2}:payloads',
    ])
  })

  it('payloads are read by the uid of their entries, with one request to each shard', async () => {
    const { link, calls } = connect()
    const payloads = createPayloads(settings, link)
    const entries = [
      ...entriesOf('x', await payloads.write('x', ['"a"', ''], 10)),
      ...entriesOf('y', await payloads.write('y', ['"c"', '"d"'], 10)),
    ]
    calls.length = 0
    expect(await payloads.read([...entries, { entry: { ...record('1'), seq: 9 }, epoch: 'e', uid: 'whole' }])).toEqual(
      new Map(Object.entries({ 'x.0': '"a"', 'x.1': '', 'y.0': '"c"', 'y.1': '"d"' })),
    )
    expect(calls).toHaveLength(2)
  })

  it('payloads are read where another process with more shards has written them', async () => {
    const { link } = connect()
    const places = await createPayloads({ ...settings, shards: 100 }, link).write('x', ['"far"'], 10)
    expect(await createPayloads(settings, link).read(entriesOf('x', places))).toEqual(new Map([['x.0', '"far"']]))
  })

  it('payloads are missing if the shard does not have them, or the place is none', async () => {
    const { link, streams } = connect()
    const payloads = createPayloads(settings, link)
    const places = await payloads.write('x', ['"a"'], 10)
    streams.clear()
    expect(await payloads.read(entriesOf('x', [...places, 'x', '1/', '12345/1-1']))).toEqual(new Map())
  })

  it('payloads of another batch in the same place are not taken', async () => {
    const { link, streams } = connect()
    const payloads = createPayloads({ ...settings, shards: 1 }, link)
    const places = await payloads.write('x', ['"for ada"'], 10)
    streams.clear()
    expect(await payloads.write('y', ['"for bob"'], 10)).toEqual(places)
    expect(await payloads.read(entriesOf('x', places))).toEqual(new Map())
  })

  it('payloads go to another shard at once if one fails, and the one that failed is left out', async () => {
    const keys: string[] = []
    const { link } = connect({ fails: (key) => keys.push(key) === 1 })
    const payloads = createPayloads(settings, link)
    expect(await payloads.write('x', ['1'], 1000)).toHaveLength(1)
    for (let n = 0; n < 4; n++) await payloads.write(`b${n}`, ['1'], 1000)
    expect(keys.filter((key) => key === keys[0])).toHaveLength(1)
  })

  it('payloads are tried in each shard once if all of them fail, and then in one for each batch', async () => {
    const { link, calls } = connect({ fails: () => true })
    const payloads = createPayloads(settings, link)
    await expect(payloads.write('x', ['1'], 1000)).rejects.toThrow('OOM')
    expect(new Set(calls).size).toBe(3)
    expect(calls).toHaveLength(3)
    await expect(payloads.write('y', ['1'], 1000)).rejects.toThrow('OOM')
    expect(calls).toHaveLength(4)
  })

  it('payloads are tried in no other shard once their time is over', async () => {
    const { link, calls } = connect({ fails: () => true })
    await expect(createPayloads(settings, link).write('x', ['1'], 0)).rejects.toThrow('OOM')
    expect(calls).toHaveLength(1)
  })

  it('payloads wait for the connection, and an attempt has half of the time that is left', async () => {
    const steps: string[] = []
    const link = {
      ready: async (ms: number) => steps.push(`ready ${Math.round(ms / 100)}`) > 0,
      call: async (_: string, _args: unknown, ms: number, patience = 0) => {
        steps.push(`call ${ms} ${Math.round(patience / 100)}`)
        return ['1-0']
      },
    }
    await createPayloads(settings, link).write('x', ['1'], 10_000_000)
    expect(steps).toEqual(['ready 100000', 'call 100 50000'])
  })

  it('payloads that cannot be read fail with the key of their shard', async () => {
    const { link } = connect({ fails: () => true })
    const failure = createPayloads(settings, link).read(entriesOf('x', ['2/1-1']))
    await expect(failure).rejects.toThrow(new ShardError('{shop:2}:payloads cannot be read: OOM'))
  })

  it('payloads are deleted in all shards', async () => {
    const { link, calls } = connect()
    await createPayloads(settings, link).forget(1000)
    expect(calls).toEqual(['forget {shop:0}:payloads', 'forget {shop:1}:payloads', 'forget {shop:2}:payloads'])
  })

  it.each([
    [{ kept: 10_000, shards: 4 }, 6000],
    [{ kept: 1000, shards: 2 }, 2000],
    [{ kept: 10_000, shards: 1000 }, 1020],
    [{ kept: Infinity, shards: 4 }, ''],
  ])('payloads with %o are at most %j in each shard', async (options, length) => {
    const call = vi.fn(async (_: string, _args: readonly unknown[]) => ['1-0'])
    await createPayloads({ ...settings, ...options }, { call, ready: async () => true }).write('x', ['1'], 1000)
    expect(call.mock.calls[0]?.[1][3]).toBe(length)
  })
})
