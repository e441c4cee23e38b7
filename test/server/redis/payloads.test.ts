import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPayloads } from '../../../server/redis/payloads.ts'
import { FETCH, FORGET, PUT } from '../../../server/redis/scripts.ts'

/** Scripts by what they do. */
const NAMES = new Map([
  [PUT, 'put'],
  [FETCH, 'fetch'],
  [FORGET, 'forget'],
])

/** A Redis that keeps payloads in a map, by the key of their shard. */
function connect(options: { readonly fails?: (key: string) => boolean } = {}) {
  const streams = new Map<string, Map<string, string>>()
  const calls: string[] = []
  const link = {
    async call(_: string, [script, , key, ...args]: readonly (string | number)[]): Promise<unknown> {
      const name = NAMES.get(`${script}`)
      calls.push(`${name} ${key}`)
      if (options.fails?.(`${key}`)) throw new Error('LOADING')
      const stream = streams.get(`${key}`) ?? new Map<string, string>()
      streams.set(`${key}`, stream)
      if (name === 'fetch') return args.map((id) => stream.get(`${id}`) ?? null)
      if (name === 'forget') return stream.clear()
      return args.slice(1).map((payload) => {
        const id = `${1_700_000_000_000 + stream.size}-0`
        stream.set(id, `${payload}`)
        return id
      })
    },
  }
  return { link, calls, streams }
}

const settings = { prefix: 'shop', size: 10_000, shards: 3, timeout: 100 }

describe('payloads in shards', () => {
  it('payloads go to each shard in turn, a batch to one', async () => {
    const { link, calls } = connect()
    const payloads = createPayloads(settings, link)
    for (let n = 0; n < 6; n++) await payloads.write(['1', '2'], 10)
    expect(calls).toHaveLength(6)
    expect(calls.slice(0, 3)).toEqual(calls.slice(3))
    expect([...calls.slice(0, 3)].sort()).toEqual([
      'put {shop:0}:payloads',
      'put {shop:1}:payloads',
      'put {shop:2}:payloads',
    ])
  })

  it('payloads are read in the order of their names, with one request to each shard', async () => {
    const { link, calls } = connect()
    const payloads = createPayloads(settings, link)
    const names = [...(await payloads.write(['"a"', ''], 10)), ...(await payloads.write(['"c"', '"d"'], 10))]
    calls.length = 0
    const [a = '', b = '', c = '', d = ''] = names
    expect(await payloads.read([d, a, b, a, c])).toEqual(['"d"', '"a"', '', '"a"', '"c"'])
    expect(calls).toHaveLength(2)
  })

  it('payloads are read where another process with more shards has written them', async () => {
    const { link } = connect()
    const names = await createPayloads({ ...settings, shards: 100 }, link).write(['"far"'], 10)
    expect(await createPayloads(settings, link).read(names)).toEqual(['"far"'])
  })

  it('payloads are missing if the shard does not have them, or the name is none', async () => {
    const { link, streams } = connect()
    const payloads = createPayloads(settings, link)
    const [name = ''] = await payloads.write(['"a"'], 10)
    streams.clear()
    expect(await payloads.read([name, 'x', '1/', '12345/1-1'])).toEqual([undefined, undefined, undefined, undefined])
  })

  it('payloads go to the other shards if one fails, until the timeout is over', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const keys: string[] = []
    const { link } = connect({ fails: (key) => keys.push(key) === 1 })
    const payloads = createPayloads(settings, link)
    await expect(payloads.write(['1'], 10)).rejects.toThrow('LOADING')
    const [failed] = keys
    for (let n = 0; n < 5; n++) await payloads.write(['1'], 10)
    expect(keys.filter((key) => key === failed)).toHaveLength(1)
    vi.advanceTimersByTime(settings.timeout)
    for (let n = 0; n < 3; n++) await payloads.write(['1'], 10)
    expect(keys.filter((key) => key === failed)).toHaveLength(2)
  })

  it('payloads go to each shard in turn if all of them fail', async () => {
    const keys: string[] = []
    const { link } = connect({ fails: (key) => keys.push(key) > 0 })
    const payloads = createPayloads(settings, link)
    for (let n = 0; n < 6; n++) await expect(payloads.write(['1'], 10)).rejects.toThrow('LOADING')
    expect(new Set(keys.slice(3))).toEqual(new Set(keys.slice(0, 3)))
  })

  it('payloads are deleted in all shards', async () => {
    const { link, calls } = connect()
    await createPayloads(settings, link).forget(1000)
    expect(calls).toEqual(['forget {shop:0}:payloads', 'forget {shop:1}:payloads', 'forget {shop:2}:payloads'])
  })

  it.each([
    [{ size: 10_000, shards: 4 }, 6000],
    [{ size: 0, shards: 2 }, 2000],
    [{ size: 10_000, shards: 1000 }, 1020],
    [{ size: Infinity, shards: 4 }, ''],
  ])('payloads with %o are at most %j in each shard', async (options, length) => {
    const sent: unknown[] = []
    const link = { call: async (_: string, args: readonly unknown[]) => sent.push(args[3]) && ['1-0'] }
    await createPayloads({ ...settings, ...options }, link).write(['1'], 10)
    expect(sent).toEqual([length])
  })
})
